"""One row per defense, made from records alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.defenses.atomic import write_text

from .records import Record, find


@dataclass(frozen=True)
class Row:
    """What is known about one defense.

    Args:
        defense: its spec.
        params: all its parameters.
        worst: the record of the worst case.
        utilities: records of the metrics, by name.
        naive: the highest valid rank-1 of an uninformed attacker, if any.
    """

    defense: str
    params: dict[str, object]
    worst: Record
    utilities: dict[str, Record]
    naive: Record | None

    @property
    def valid(self) -> bool:
        """Whether the leakage was measured by an informed attacker that works."""
        return self.worst.status == "ok"

    @property
    def attacker(self) -> str:
        """The worst attacker with its face model, `matched (dlib)`."""
        if not self.valid:
            return ""
        name = self.worst.reason.partition(" of ")[0]
        return f"{name} ({self.worst.recognizer})" if self.worst.recognizer else name


def rows(records: Sequence[Record]) -> list[Row]:
    """Return one row per defense, in the order of the records."""
    found = []
    for worst in find(records, kind="leakage", name="worst", group=""):
        mine = find(records, defense=worst.defense, group="")
        utilities = {r.name: r for r in mine if r.kind == "utility"}
        naive = [
            r
            for r in find(mine, kind="leakage", name="naive", statistic="rank1", status="ok")
            if r.value is not None
        ]  # fmt: skip
        best = max(naive, key=lambda record: record.value or 0.0, default=None)
        found.append(Row(worst.defense, worst.params, worst, utilities, best))
    return found


def write_summary(path: Path, records: Sequence[Record]) -> None:
    """Write `summary.csv`; a figure that was not measured is an empty cell."""
    table = rows(records)
    metrics = sorted({name for row in table for name in row.utilities})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["defense", "params", "worst_attacker", "leakage", "leakage_low", "leakage_high",
         "chance", "naive", *metrics, "people", "budget", "valid", "reason"]
    )  # fmt: skip
    for row in table:
        figures = [row.worst.value, row.worst.low, row.worst.high, row.worst.chance]
        figures.append(row.naive.value if row.naive else None)
        figures += [row.utilities[m].value if m in row.utilities else None for m in metrics]
        name, _, params = row.defense.partition(":")
        writer.writerow(
            [name, params, row.attacker, *map(_cell, figures), row.worst.people,
             row.worst.budget, str(row.valid).lower(), row.worst.reason]
        )  # fmt: skip
    write_text(path, text.getvalue())


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def as_dicts(records: Sequence[Record]) -> list[dict[str, object]]:
    """Return the rows, ready for JSON; a figure that was not measured is None."""
    return [
        {
            "defense": row.defense,
            "worst_attacker": row.attacker,
            "leakage": row.worst.value,
            "leakage_low": row.worst.low,
            "leakage_high": row.worst.high,
            "chance": row.worst.chance,
            "people": row.worst.people,
            "naive": row.naive.value if row.naive else None,
            "utility": {name: record.value for name, record in row.utilities.items()},
            "valid": row.valid,
            "reason": row.worst.reason,
        }
        for row in rows(records)
    ]
