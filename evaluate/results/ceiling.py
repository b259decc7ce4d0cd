"""Is there anything left to be found? The very photo told from its defended version."""

from __future__ import annotations

from collections.abc import Sequence

from .markup import html_table, number
from .records import CEILING, Record
from .summary import Row, value_of
from .table import interval

HIGH, LOW = 0.5, 0.1  # share of photos told from which something is left, and up to which nothing
LEAKS = 0.5  # a leakage from which nobody asks what else there is


def ceilings(found: Sequence[Row]) -> list[str]:
    """Return how often the very photo was told, and how that reads beside the leakage."""
    body = []
    for row in found:
        record = row.others.get(CEILING)
        if record is not None and record.value is not None:
            told = [number(value_of(row.worst)), number(record.value)]
            told += [interval(record, 3, " to "), f"{record.attack} {record.recognizer}"]
            body.append([row.shown, *told, reading(value_of(row.worst), record)])
    if not body:
        return []
    return [
        "<h2>Is anything left?</h2><p>Somebody who has the very photos that were defended, and "
        "the defense, says which one each defended photo was made of. A low leakage under a high "
        "figure here means that the attackers did not find what there is; under a low one there "
        "was nothing that these comparisons could find. It counts the whole photo, also what a "
        "defense of a region leaves around it.</p>",
        html_table(["defense", "leakage", "photo told", "95 %", "by", "which means"], body),
    ]


def reading(leakage: float | None, ceiling: Record) -> str:
    """Say what a leakage means under this ceiling.

    Args:
        leakage: worst case of the same row, None if it was not measured.
        ceiling: a record of the name `ceiling`.
    """
    if leakage is None or ceiling.value is None:
        return ""
    if leakage >= LEAKS:
        return "leaks"
    low = max(LOW, 3 * (ceiling.chance or 0.0))
    if ceiling.value <= low:
        return "nothing is left"
    return "not broken yet" if ceiling.value >= HIGH else "little is left"
