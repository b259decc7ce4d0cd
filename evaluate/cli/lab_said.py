"""What `audit-vlm lab` prints: the verdict first, then two tables in little room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..lab.cells import DRAWN, GIVEN, RANDOM, SHUFFLED, UNNAMED, Cell
from ..lab.effects import pooled
from ..lab.leaks import is_unnamed, leak_verdict, leaks
from ..lab.photos import CLEAN
from ..lab.report import all_effects, kinds
from ..lab.results import ASKED_WHAT, LESS, MASKED, OTHER, Result
from ..lab.verdict import trained_on, verdict
from ..results.rounding import rounded_down, rounded_up
from ..results.table import MISSING, Column
from ..statistics import Estimate
from .terminal import print_line, print_table, print_text

# what goes first where there is no room; the questions of the design `words` have a table above
_DROPPED = {LESS: 5, ASKED_WHAT: 4, OTHER: 2, MASKED: 1}
_CAPTIONS = {"person": "a person", "shuffled": "wrong names", UNNAMED: "nobody's name"}
_WORDED = (
    f" drawn: drawings alone; clean: photos too, each called a person. {LESS}: each name's mean "
    f"likelihood over all photos is taken off; {ASKED_WHAT}: in the words of the drawings."
)


def print_lab(
    results: Sequence[Result], defenses: Sequence[str], page: Path, seconds: float
) -> None:
    """Print what a lab found.

    Args:
        results: of all models.
        defenses: that were trained on or asked about.
        page: path of the report.
        seconds: that it took.
    """
    worded = is_unnamed(results)
    for sentence in (
        leak_verdict(results, defenses)
        if worded
        else verdict(results, defenses, all_effects(results, defenses))
    ):
        print_text(sentence)
    print_table(leak_columns(results) if worded else strength_columns(results, defenses),
                elsewhere=page.name,
                caption="The right name is chosen among all: share of photos with 95 % interval, "
                f"by person, over all seeds; guessing {results[0].chance:.2g}."
                + _WORDED * worded)  # fmt: skip
    columns, said = model_columns(results, defenses)
    print_table(columns, caption=said, elsewhere=page.name)
    print_line("")
    cpu = sum(result.seconds for result in results)
    print_text(f"{seconds:.0f} s, {cpu:.0f} s of processor time in all models")
    print_line(f"written: {page}")
    if (model := page.parent / "model").is_dir():
        print_line(f"one of the models, to be audited: {model}")


def leak_columns(results: Sequence[Result]) -> list[Column]:
    """Return, per way of training without names and per question, what leaks."""
    found = leaks(results)
    return [
        Column("photos in 1 / 2", [" / ".join(leak.way) for leak in found], "name", key=True,
               least=15),
        Column("asked", [leak.kind for leak in found], "name", key=True, least=12),
        Column("named", [_told(leak.right) for leak in found], "text"),
        Column("tower of wrong names", [_told(leak.control) for leak in found], "text"),
    ]  # fmt: skip


def strength_columns(results: Sequence[Result], defenses: Sequence[str]) -> list[Column]:
    """Return, per defense, what a model that saw it in every stage still names."""
    rows = [photos for photos in (CLEAN, *defenses) if trained_on(results, photos)]
    return [
        Column("trained on", rows, "name", key=True, least=18),
        Column("names such photos", [_short(trained_on(results, p), p) for p in rows], "text"),
        Column("names clean photos", [_short(trained_on(results, p), CLEAN) for p in rows],
               "text"),
    ]  # fmt: skip


def model_columns(results: Sequence[Result], defenses: Sequence[str]) -> tuple[list[Column], str]:
    """Return a row per model, pooled over seeds, and what its letters stand for."""
    letters = {CLEAN: "c", RANDOM: "r", GIVEN: "g", DRAWN: "p", SHUFFLED: "w"}
    letters |= {spec: "d" if len(defenses) == 1 else f"d{number}"
                for number, spec in enumerate(defenses, 1)}  # fmt: skip
    by_label: dict[str, list[Result]] = {}
    for result in results:
        by_label.setdefault(result.cell.label, []).append(result)
    names = [_name(mine[0].cell, letters) for mine in by_label.values()]
    if len({*names}) < len(names):
        names = list(by_label)
    columns = [Column("model", names, "name", key=True, least=14)]
    for kind in kinds(results):
        cells = [_short(mine, kind) for mine in by_label.values()]
        heading = "defended" if kind in defenses and len(defenses) == 1 else kind
        columns.append(Column(heading, cells, "text", drop=_DROPPED.get(kind, 0)))
    each = [
        " ".join(f"{pooled([r], CLEAN).value:.2f}" for r in mine) for mine in by_label.values()
    ]
    columns.append(Column("each seed", each, "text", drop=3))
    meant = {"c": "clean photos", "r": "nothing learned", "g": "a given tower",
             "p": "drawings alone", "w": "clean photos with wrong names"}  # fmt: skip
    meant |= {letters[spec]: spec for spec in defenses}
    used = {part for name in names for part in name.split(" ")[0].split("/")}
    told = [f"{letter}: {words}" for letter, words in meant.items() if letter in used]
    if len(defenses) == 1 and letters[defenses[0]] not in used:
        told.append(f"defended: {defenses[0]}")
    captions = {result.cell.captions for result in results}
    told += [f"{name}: {words}" for name, words in _CAPTIONS.items() if name in captions]
    return columns, (
        f"Tower / alignment / tuning, captions. {', '.join(told)}. Columns: what the model was "
        "asked about; each seed: about clean photos."
    )


def _name(cell: Cell, letters: Mapping[str, str]) -> str:
    stages = "/".join(
        letters.get(photos, photos) for photos in (cell.tower, cell.align, cell.tune)
    )
    return f"{stages} {cell.captions}"


def _short(results: Sequence[Result], kind: str) -> str:
    """Return a figure with its interval in few characters: `0.67 0.53-0.79`."""
    if not results or kind not in {probe.kind for probe in results[0].probes}:
        return MISSING
    return _told(pooled(results, kind))


def _told(found: Estimate) -> str:
    return f"{found.value:.2f} {rounded_down(found.low)}-{rounded_up(found.high)}"
