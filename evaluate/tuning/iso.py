"""Every defense at the same leakage, so that what they cost can be compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES
from unmask.defenses.atomic import write_text

from ..plan import default_defenses
from ..report import STYLE, html_table
from .goal import Goal
from .outputs import told
from .run import Tuned, tune


@dataclass(frozen=True, eq=False)
class Iso:
    """The iso-leakage table: each defense tuned under one cap.

    Args:
        goal: the cap and the utility.
        tuned: what came of each defense, by spec.
        failed: why others could not be tuned.
        folder: where it was written.
    """

    goal: Goal
    tuned: dict[str, Tuned]
    failed: dict[str, str]
    folder: Path

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return head and rows: those that hold first, by utility on the test people."""
        metric = self.goal.utility
        head = ["defense", "holds", "leakage, test", f"{metric}, test", "leakage, search",
                "optimism", "worst attacker"]  # fmt: skip
        body = []
        for spec, found in sorted(self.tuned.items(), key=lambda item: self._rank(item[1])):
            check, chosen = found.check, found.chosen
            told_as = chosen.defense if chosen else check.defense if check else spec
            holds = "yes" if found.holds else "!no" if chosen else "!no setting"
            seen = chosen or next((p for p in found.points if check and p.number == check.number),
                                  None)  # fmt: skip
            body.append(
                [told_as, holds + (" (second choice)" if found.first else ""),
                 told(check.leakage if check else None),
                 told(check.utilities.get(metric) if check else None),
                 told(seen.leakage if seen else None), told(found.optimism),
                 check.attacker if check else ""]
            )  # fmt: skip
        body += [[spec, "!failed", reason, "", "", "", ""] for spec, reason in self.failed.items()]
        return head, body

    def _rank(self, found: Tuned) -> tuple[bool, float]:
        gain = self.goal.gain(found.check) if found.check else float("-inf")
        return not found.holds, -gain


def tune_all(
    data: str, *, goal: Goal, folder: Path, defenses: Sequence[str] = (), storage: str = "",
    study: str = "", resume: bool = False, say: Callable[[str], None] | None = None,
    **settings: Any,
) -> Iso:  # fmt: skip
    """Tune every defense under one limit and write `iso.csv` and `report.html`.

    A defense that cannot be tuned is listed with its reason and the rest goes on.

    Args:
        data: dataset spec or folder.
        goal: must have a limit.
        folder: each defense gets a folder of its own in it.
        defenses: specs; empty: all installed ones with something to tune, but diagnostic ones.
        storage: as in `tune`.
        study: prefix of the studies' names.
        resume: go on with the run in `folder`.
        say: told which defense begins.
        settings: the rest of what `tune` takes.

    Raises:
        ValueError: a goal without a limit, or a folder that holds something else.
    """
    if not goal.limited:
        raise ValueError(
            "'tune all' compares at equal leakage: give --max-leakage, for example 0.1"
        )
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise ValueError(f"{folder} is not empty; name another folder, or add --resume")
    names = list(defenses) or [n for n in default_defenses() if DEFENSES.load(n).space]
    done: dict[str, Tuned] = {}
    failed: dict[str, str] = {}
    for number, spec in enumerate(names, 1):
        if say:
            say(f"{spec} ({number} of {len(names)})")
        own = folder / f"{number:02d}-{spec.partition(':')[0]}"
        try:
            done[spec] = tune(
                spec, data, goal=goal, folder=own, storage=storage,
                study=f"{study or 'unmask'}-{number}-{spec}" if storage else "",
                resume=resume and (own / "config.json").exists(), **settings,
            )  # fmt: skip
        except (ValueError, RuntimeError) as error:
            failed[spec] = str(error)
    if not done:
        raise ValueError(next(iter(failed.values())))
    iso = Iso(goal, done, failed, folder)
    _write(iso)
    return iso


def _write(iso: Iso) -> None:
    head, body = iso.table()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([head, *([cell.removeprefix("!") for cell in row] for row in body)])
    write_text(iso.folder / "iso.csv", text.getvalue())
    notes = list(dict.fromkeys(note for found in iso.tuned.values() for note in found.notes))
    items = "".join(f"<li>{escape(note)}" for note in notes)
    write_text(
        iso.folder / "report.html",
        "<!doctype html><html lang=en><meta charset=utf-8><title>unmask tune all</title>"
        f"<style>{STYLE}</style><h1>Each defense at the same leakage</h1>"
        f"<p>Limit: {iso.goal.max_leakage if iso.goal.max_leakage is not None else ''}"
        f"{iso.goal.min_utility if iso.goal.min_utility is not None else ''}; figures with 95 % "
        f"intervals, resampled by person.</p><ul>{items}</ul>" + html_table(head, body) + "\n",
    )
