"""Is there anything left to be found? The very photo told from its defended version."""

from __future__ import annotations

from ..pages.table import Cell, Heading, sortable_table
from ..results.records import CEILING, Record
from ..results.summary import value_of
from .cells import figure
from .reading import Run

HIGH, LOW = 0.5, 0.1  # share of photos told from which something is left, and up to which nothing
LEAKS = 0.5  # a leakage from which nobody asks what else there is

_SAID = (
    "Somebody who has the very photos that were defended, and the defense, says which one each "
    "defended photo was made of. A low leakage under a high figure here means that the attackers "
    "did not find what there is; under a low one there was nothing that these comparisons could "
    "find. It counts the whole photo, also what a defense of a region leaves around it."
)


def ceilings(run: Run) -> list[str]:
    """Return how often the very photo was told, and how that reads beside the leakage."""
    body: list[list[Cell | str]] = []
    for row in run.rows:
        record = row.others.get(CEILING)
        if record is not None and record.value is not None:
            by = f"{record.attack} {record.recognizer}"
            means = reading(value_of(row.worst), record)
            if row.state != "ok" and means != "leaks":
                means = "only the least that leaks is known"
            body.append([row.shown, figure(row.worst), figure(record), by, means])
    if not body:
        return []
    head: list[Heading | str] = [
        "defense",
        Heading("leakage", "less"),
        Heading("photo told", "less"),
        "by",
        "which means",
    ]
    return [_SAID, sortable_table("The very photo told from its defended version", head, body)]


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
