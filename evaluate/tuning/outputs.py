"""What a search leaves in its run folder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES
from unmask.defenses.files.atomic import write_text

from ..results.origin import config_of
from .curve import plot_curve
from .kept import keep
from .page import search_page
from .plots import plot_front, plot_importance
from .result import Tuned


def write_outputs(tuned: Tuned) -> None:
    """Write what is made from the result alone; the table of all trials is another's.

    These are `tuned.json`, `front.csv`, `chosen.json`, the plots and `report.html`. In
    `chosen.json`, `holds` is true or false as the limit did on the test people, and null
    where no limit was asked.
    """
    folder = tuned.folder
    keep(tuned)
    write_table(folder / "front.csv", front_rows(tuned))
    write_chosen(folder / "chosen.json", tuned)
    plot_front(folder / "front.png", tuned)
    if len(tuned.about.space) == 1:
        plot_curve(folder / "curve.png", tuned)
    elif tuned.about.importance:
        plot_importance(folder / "importance.png", tuned.about.importance)
    write_text(folder / "report.html", search_page(tuned))


def write_chosen(path: Path, tuned: Tuned | None, **more: Any) -> None:
    """Write the chosen setting for `apply @chosen.json`; without one there is no file."""
    if tuned is None or tuned.chosen is None:
        path.unlink(missing_ok=True)
        return
    built = DEFENSES.build(tuned.chosen.defense)
    chosen = {
        "defense": built.name, "params": built.parameters, "holds": tuned.holds,
        "search": tuned.chosen.as_dict(), "test": tuned.check and tuned.check.as_dict(),
        "second_choice": tuned.first is not None,
        "code": config_of(tuned.folder).get("code"), **more,
    }  # fmt: skip
    write_text(path, json.dumps(chosen, indent=2) + "\n")


def front_rows(tuned: Tuned) -> list[dict[str, Any]]:
    """Return one row per point of the front, with what the test said where it was asked."""
    tested = {point.number: point for point in tuned.checked}
    found = []
    for point in tuned.front:
        row: dict[str, Any] = {"trial": point.number, "defense": point.defense}
        for part, seen in (("search", point), ("test", tested.get(point.number))):
            if seen is not None:
                row |= {
                    f"{part}_leakage": seen.leakage.value,
                    f"{part}_leakage_low": seen.leakage.low,
                    f"{part}_leakage_high": seen.leakage.high,
                    f"{part}_attacker": seen.attacker,
                }
                row |= {f"{part}_{n}": e.value for n, e in seen.utilities.items()}
        found.append(row)
    return found


def write_table(path: Path, found: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV; numbers keep six digits."""
    names = list(dict.fromkeys(name for row in found for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for row in found:
        writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
    write_text(path, text.getvalue())
