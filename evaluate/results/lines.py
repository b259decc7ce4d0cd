"""A line per defense for other programs: `summary.csv`, data frames, JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from .pairs import Pairs
from .questions import QUESTIONS
from .records import Record
from .shown import family_of
from .summary import Row, attacker_of, rows, value_of

Cell = str | float | None


def write_summary(path: Path, records: Sequence[Record]) -> None:
    """Write `summary.csv`; a figure that was not measured is an empty cell.

    It may be shared: another program stands there by its label, without its folder.
    """
    write_text(path, summary_text(records))


def summary_text(records: Sequence[Record]) -> str:
    """Return what `summary.csv` holds."""
    lines = [
        {name: cell if isinstance(cell, str) else _told(cell) for name, cell in line.items()}
        for line in summary_lines(rows(records))
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(lines[0] if lines else ["defense"])
    writer.writerows(line.values() for line in lines)
    return text.getvalue()


def summary_lines(table: Sequence[Row]) -> list[dict[str, Cell]]:
    """Return a line per defense, all with the same columns; None: it was not measured.

    The upper end of a lower bound is 1: more may leak than was found, and nobody knows how much.
    """
    metrics = sorted({name for row in table for name in row.utilities})
    columns = {name for name, question in QUESTIONS.items() if question.drop is not None}
    asked = list(dict.fromkeys(
        statistic for row in table for statistic, record in row.detailed.items()
        if record.name not in columns or record is not row.others[record.name]
    ))  # fmt: skip
    return [_cells(row, metrics, asked) for row in table]


def upper_end(record: Record | None) -> float | None:
    """Return the upper end of an interval, 1 where the figure is only a lower bound."""
    if record is None or record.value is None:
        return None
    return 1.0 if record.status == "at least" else record.high


def _cells(row: Row, metrics: Sequence[str], asked: Sequence[str]) -> dict[str, Cell]:
    worst, group = row.worst, row.worst_group
    name, params = family_of(worst, row.shown)
    figures = row.linkage.figures if row.linkage else {}
    auc = figures.get("auc")
    leaked = {
        **_ends("leakage", worst), "chance": worst.chance, "undefended": worst.ceiling,
        "naive": value_of(row.naive), **_other_cells(row), "linkage_auc": value_of(auc),
        "linkage_auc_low": auc.low if auc else None, "linkage_auc_high": auc.high if auc else None,
        "linkage_eer": value_of(figures.get("eer")),
        **_d_sys(row.d_sys),
        **{f"linkage_{s}": value_of(figures.get(s)) for s in ("tar@far=1e-2", "tar@far=1e-3")},
    }  # fmt: skip
    grouped = {
        "worst_group_leakage": value_of(group), "worst_group_low": group.low if group else None,
        "worst_group_high": upper_end(group),
    }  # fmt: skip
    measured = {m: value_of(row.utilities.get(m)) for m in metrics}
    return {
        "defense": name,
        "params": params,
        "rank": "" if row.rank is None else str(row.rank),
        "worst_attacker": row.attacker,
        **leaked,
        "linkage_attacker": row.linkage.attacker if row.linkage else "",
        "worst_group": group.group if group else "",
        **grouped,
        **{k: v for r in row.told for k, v in _ends(r.name, r).items()},
        **measured,
        **{k: v for name in asked for k, v in _ends(name, row.detailed.get(name)).items()},
        "people": str(worst.people),
        "budget": worst.budget,
        "state": row.state,
        "reason": worst.reason,
    }


def _other_cells(row: Row) -> dict[str, float | None]:
    """Return the worst case of each other question with its interval, asked or not."""
    cells: dict[str, float | None] = {}
    for name, question in QUESTIONS.items():
        if question.drop is not None:
            cells |= _ends(name.replace(" ", "_"), row.others.get(name))
    return cells


def _ends(name: str, record: Record | None) -> dict[str, float | None]:
    low = record.low if record else None
    return {name: value_of(record), f"{name}_low": low, f"{name}_high": upper_end(record)}


def _d_sys(found: Record | None) -> dict[str, float | None]:
    """Return D_sys with its interval and chance, which is not 0."""
    ends = (found.low, found.high, found.chance) if found else (None, None, None)
    names = ("linkage_d_sys_low", "linkage_d_sys_high", "linkage_d_sys_chance")
    return {"linkage_d_sys": value_of(found), **dict(zip(names, ends, strict=True))}


def _told(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def as_dicts(records: Sequence[Record]) -> list[dict[str, object]]:
    """Return the rows, ready for JSON; a figure that was not measured is None."""
    return [
        {
            "defense": row.shown,
            "rank": row.rank,
            "worst_attacker": row.attacker,
            **_ends("leakage", row.worst),
            "chance": row.worst.chance,
            "undefended": row.worst.ceiling,
            **_other_cells(row),
            "people": row.worst.people,
            "naive": value_of(row.naive),
            "linkage": _linkage(row.linkage),
            "worst_group": _group(row.worst_group),
            "attributes": {record.name: _answer(record) for record in row.told},
            "answers": {name: _answer(record) for name, record in row.detailed.items()},
            "utility": {name: record.value for name, record in row.utilities.items()},
            "state": row.state,
            "reason": row.worst.reason,
        }
        for row in rows(records)
    ]


def _answer(record: Record) -> dict[str, object]:
    return {"value": record.value, "low": record.low, "high": upper_end(record),
            "chance": record.chance, "people": record.people, "attacker": attacker_of(record),
            "state": record.status}  # fmt: skip


def _linkage(pairs: Pairs | None) -> dict[str, object] | None:
    if pairs is None:
        return None
    figures = {name: record.value for name, record in pairs.figures.items()}
    return {"attacker": pairs.attacker, **figures,
            "auc_low": pairs.auc.low, "auc_high": pairs.auc.high}  # fmt: skip


def _group(record: Record | None) -> dict[str, object] | None:
    if record is None:
        return None
    return {"group": record.group, "leakage": record.value, "leakage_low": record.low,
            "leakage_high": upper_end(record), "state": record.status,
            "people": record.people}  # fmt: skip
