"""`unmask audit-vlm --study`: several models, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..audit.inquiry import Inquiry
    from ..audit.people import Subjects
    from ..audit.study.joined import Studied
    from ..audit.study.listed import Listed, Opening
    from ..audit.study.parts import Part


def taught_by(models: Sequence[Listed]) -> dict[str, str]:
    """Return the names that the lab taught models of its own; all models are asked for them.

    Raises:
        ValueError: two of them were taught other names.
    """
    from ..vlm.folder import taught_names

    known: dict[str, str] = {}
    for one in models:
        taught = {} if one.endpoint else taught_names(one.model)
        if known and taught and taught != known:
            raise ValueError(f"{one.label} was taught other names than the lab's model before it; "
                             "all are asked the same, so give --names")  # fmt: skip
        known = known or taught
    return known


def run_study(
    models: Path, subjects: Subjects, inquiry: Inquiry, opening: Opening, *, out: Path | None,
    resume: bool, only_estimate: bool, text: bool, quiet: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run a study and print what it comes to.

    Raises:
        typer.Exit: with 1, a model could not be measured.
    """
    from ..audit.study.run import study
    from ..results.folder import new_folder
    from .progress import Bars
    from .stopping import says_how_to_go_on
    from .terminal import print_line

    folder = out or new_folder("audit-vlm-study")
    silent = quiet or as_json
    say = (lambda _: None) if silent else print_line
    with says_how_to_go_on(folder, "finished answers"), Bars(quiet=quiet) as bars:
        found = study(
            models, subjects, inquiry, folder=folder, resume=resume, opening=opening,
            only_estimate=only_estimate, text=text, progress=bars, say=say,
            estimated=(lambda _: None) if silent else _print_cost,
        )  # fmt: skip
    if as_json:
        typer.echo("[" + ",\n".join(record.line() for record in found.records) + "]")
    elif only_estimate:
        say("nothing is measured yet; to go on, repeat it without --estimate, with "
            f"--out {folder} --resume")  # fmt: skip
    elif not silent:
        _print_found(found)
    broken = any(part.reason for part in found.parts)
    if broken or (found.missing and not only_estimate):
        raise typer.Exit(1)


def _print_cost(parts: Sequence[Part]) -> None:
    from ..audit.study.cost import between
    from ..results.table import Column
    from .terminal import print_table, print_text

    known = [(part, part.estimate) for part in parts if part.estimate]
    if known:
        told = {
            "model": [part.label for part, _ in known],
            "questions": [f"{e.questions:,}" for _, e in known],
            "tokens at most": [f"{e.tokens:,}" for _, e in known],
            "likelihoods or comparisons": [f"{e.weighed:,}" for _, e in known],
            "time": [between(e.low, e.high) for _, e in known],
        }
        kinds = ["name", "figure", "figure", "figure", "text"]
        print_table(
            [
                Column(name, texts, kind, key=name == "model")  # type: ignore[arg-type]
                for (name, texts), kind in zip(told.items(), kinds, strict=True)
            ]
        )
    left = [e for part, e in known if not part.records]
    if left:
        whole = between(sum(e.low for e in left), sum(e.high for e in left))
        print_text(f"in all about {whole}, one model after the other; found from "
                   f"{sum(e.sample for e in left):,} questions that were timed")  # fmt: skip
    for part in parts:
        if part.reason:
            print_text(f"{part.label}: cannot be measured: {part.reason}")


def _print_found(found: Studied) -> None:
    from ..audit.verdict import verdict
    from .terminal import print_line, print_text

    for label, records in found.measured.items():
        first, *others = verdict(records)
        print_text(" ".join(([] if label in first else [f"{label}:"]) + [first, *others]))
    for label, reason in found.missing.items():
        print_text(f"{label}: not measured: {reason}")
    print_line(f"written: {found.page}")
