"""What went wrong in a run, told in a line each, made from records alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .questions import is_worst
from .records import AND, BROKE, FOUND, LOST, WEAK, Record, find


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
        *_broken_cases(find(records, kind="planted")),
        *_broken_contexts(records),
    ]


def remarks(records: Sequence[Record], *, asked: bool = True) -> list[str]:
    """Return what a reader of the table must know, though nothing failed.

    Args:
        records: records of a run.
        asked: as for `failures`.
    """
    missing = find(records, kind="leakage", name="worst", group="", status="unavailable")
    lines = [] if asked else [f"{called(record)}: {record.reason}" for record in missing]
    lines += _bounds(records) + _held(records)
    ranked = find(records, kind="leakage", statistic="rank1", status="ok", group="")
    for defense in dict.fromkeys(record.defense for record in ranked):
        mine = [r for r in ranked if r.defense == defense and not is_worst(r)]
        below = [r for r in mine if r.reason.startswith(WEAK) and r.reason.endswith("naive")]
        if below and all(r in below or r.name == "naive" for r in mine):
            lines.append(f"{called(below[0])}: whoever knows the defense did worse than naive, so "
                         "their budget is too small")  # fmt: skip
    return lines


def _bounds(records: Sequence[Record]) -> list[str]:
    """Say why rows hold lower bounds, a line for each reason."""
    worst = find(records, kind="leakage", name="worst", group="")
    return [
        f"at least, for {_listed([called(record) for record in rows], len(worst))}: {why}"
        for why, rows in lower_bounds(worst).items()
    ]


def _held(records: Sequence[Record]) -> list[str]:
    """Say how many pictures of another program there were to learn from."""
    lines = []
    for record in find(records, kind="leakage", name="worst", group=""):
        counts = [r for r in find(records, kind="outcome", defense=record.defense)
                  if r.name.endswith(f" {FOUND}")]  # fmt: skip
        if counts:
            told = ", ".join(f"{r.name.removesuffix(FOUND)}{_count(r)}" for r in counts)
            lines.append(f"{called(record)}: {told} found in the folder")
    return lines


def _listed(names: Sequence[str], of: int) -> str:
    if len(names) == of > 1:
        return f"all {of} defenses"
    return ", ".join(names) if len(names) < 4 else f"{len(names)} of {of} defenses"


def _broken_cases(records: Sequence[Record]) -> list[str]:
    """Tell each attacker that raised on a planted case."""
    told = {
        (record.name.partition("/")[0], record.group): record.reason.partition(BROKE)[2]
        for record in records
        if BROKE in record.reason
    }
    return [f"the attacker {name} broke on the planted case {case}: {error}"
            for (name, case), error in told.items()]  # fmt: skip


def _broken_contexts(records: Sequence[Record]) -> list[str]:
    """Tell what broke where attackers were shown the context alone, of which no attack is told."""
    told: dict[str, list[str]] = {}
    for record in records:
        if record.kind == "leakage" and record.name == "context":
            for reason in record.reason.split(AND):
                if BROKE in reason:
                    told.setdefault(f"{record.name} alone: {reason}", []).append(called(record))
    known = find(records, kind="leakage", name="worst", group="")
    return [f"{_listed(names, len(known))}, {reason}" for reason, names in told.items()]


def lower_bounds(worst: Sequence[Record]) -> dict[str, list[Record]]:
    """Return each reason why more may leak, with the worst cases that it holds for."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in worst:
        if record.status == "at least":
            for reason in record.reason.split(AND):
                found[reason].append(record)
    return found


def called(record: Record) -> str:
    """Return what the defense of a record is called: by its label, if it has one."""
    return str(record.params.get("label") or record.defense)


def _rows(records: Sequence[Record], asked: bool) -> list[str]:
    worst = find(records, kind="leakage", name="worst", group="")
    reasons: dict[str, list[str]] = defaultdict(list)
    for record in worst:
        if record.status == "invalid" or (record.status == "unavailable" and asked):
            reasons[record.reason].append(called(record))
    return [f"{_listed(names, len(worst))}: {reason}" for reason, names in reasons.items()]


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
        _, broke, error = record.reason.partition(BROKE)
        if is_worst(record) or record.status != "invalid" or not broke:
            continue
        name = record.name.partition("/")[0].partition(",")[0]  # also on the face alone
        where[name].add(record.defense)
        first.setdefault(name, error)
    return [
        f"the {kind} {name} broke on {len(defenses)} of {len(every)} defenses: {first[name]}"
        for name, defenses in where.items()
    ]
