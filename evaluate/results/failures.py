"""What went wrong in a run, told in a line each, made from records alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .records import BROKE, LOST, UNDERTRAINED, Record, find


def failures(records: Sequence[Record], *, asked: bool = True) -> list[str]:
    """Return what failed: defenses on photos, attackers, metrics, rows without a figure.

    A figure that rests on a failure is a leak or missing, never privacy; but whoever reads it
    must know that nobody has judged what was meant.

    Args:
        records: records of a run.
        asked: whether the defenses were asked for by name. One of the default table that
            cannot be measured on these data is no failure.
    """
    return [
        *_rows(records, asked),
        *_photos(records),
        *_broken(find(records, kind="leakage", group=""), "attacker"),
        *_broken(find(records, kind="utility", group=""), "metric"),
    ]


def remarks(records: Sequence[Record], *, asked: bool = True) -> list[str]:
    """Return what a reader of the table must know, though nothing failed.

    Args:
        records: records of a run.
        asked: as for `failures`.
    """
    missing = find(records, kind="leakage", name="worst", group="", status="unavailable")
    lines = [] if asked else [f"{called(record)}: {record.reason}" for record in missing]
    ranked = find(records, kind="leakage", statistic="rank1", status="ok", group="")
    for defense in dict.fromkeys(record.defense for record in ranked):
        mine = [r for r in ranked if r.defense == defense and r.name != "worst"]
        below = [r for r in mine if r.reason.startswith(UNDERTRAINED)]
        if below and all(r in below or r.name == "naive" for r in mine):
            lines.append(f"{called(below[0])}: whoever knows the defense did worse than naive, so "
                         "those attackers are undertrained")  # fmt: skip
    return lines


def called(record: Record) -> str:
    """Return what the defense of a record is called: by its label, if it has one."""
    return str(record.params.get("label") or record.defense)


def _rows(records: Sequence[Record], asked: bool) -> list[str]:
    worst = find(records, kind="leakage", name="worst", group="")
    reasons: dict[str, list[str]] = defaultdict(list)
    for record in worst:
        if record.status == "invalid" or (record.status == "unavailable" and asked):
            reasons[record.reason].append(called(record))
    return [
        f"{', '.join(names) if len(names) < 4 else f'{len(names)} of {len(worst)} defenses'}: "
        f"{reason}"
        for reason, names in reasons.items()
    ]


def _photos(records: Sequence[Record]) -> list[str]:
    lines = []
    for record in find(records, kind="outcome", name="failed"):
        lines.append(f"{called(record)} failed on {_count(record)} photos: {record.reason}")
    for record in find(records, kind="outcome", name=LOST):
        lines.append(
            f"{called(record)} failed on {_count(record)} photos that attackers defended for "
            f"themselves, so they learned from clean ones and the leakage may be too low: "
            f"{record.reason}"
        )
    return lines


def _count(record: Record) -> str:
    return f"{round((record.value or 0) * record.n)} of {record.n}"


def _broken(records: Sequence[Record], kind: str) -> list[str]:
    """Tell each plug-in that raised, with the number of defenses and the first error."""
    every = {record.defense for record in records}
    where: dict[str, set[str]] = defaultdict(set)
    first: dict[str, str] = {}
    for record in records:
        before, broke, error = record.reason.partition(BROKE)
        if record.name == "worst" or record.status != "invalid" or not broke:
            continue
        case = before.partition(": ")[0] if ": " in before else ""
        name = f"{record.name.partition('/')[0]}\x1f{case}"
        where[name].add(record.defense)
        first.setdefault(name, error)
    lines = []
    for name, defenses in where.items():
        plain, _, case = name.partition("\x1f")
        on = f"the planted case {case}" if case else f"{len(defenses)} of {len(every)} defenses"
        lines.append(f"the {kind} {plain} broke on {on}: {first[name]}")
    return lines
