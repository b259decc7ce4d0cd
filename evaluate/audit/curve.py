"""What stands over strength: names, their controls, and what the model is still good for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..results.records import Record, find
from .strengths import Ladder
from .views import CLEAN

SHOWN = ("named/forced", "named/forced_calibrated", "named/votes", "named/open")
# All ways of asking that can show that a person is still known, in the order they are told.
JUDGED = (*SHOWN, "named/yes_no", "named/open/any", "unasked/name")
USEFUL = "useful/kept"  # more is better
_STATISTICS = {"named/open": "right", "named/open/any": "right", "unasked/name": "right",
               "named/yes_no": "margin"}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A figure over the settings of a ladder, clean photos first, where it was measured.

    Args:
        label: what it is called.
        points: place on the ladder (0 is clean) and record.
        useful: it says what is left of use, and more is better; else what leaks.
    """

    label: str
    points: tuple[tuple[int, Record], ...]
    useful: bool = False


def statistic_of(name: str) -> str:
    """Return the statistic by which a measure of names is judged."""
    return _STATISTICS.get(name, "rank1")


def label_of(name: str) -> str:
    """Return what a measure is called where people read it."""
    if name == "unasked/name":
        return "unasked"  # a name alone would be any of them
    return name.partition("/")[2].replace("_", " ") or name


def lines(records: Sequence[Record], ladder: Ladder) -> list[Line]:
    """Return all lines of a ladder: names that leak, then what use is left."""
    names = [(name, statistic_of(name), False) for name in SHOWN]
    found = []
    for name, statistic, use in [*names, (USEFUL, "share", True)]:
        points = [
            (place, r)
            for place, spec in enumerate([CLEAN, *ladder.specs])
            for r in find(records, kind="utility" if use else "leakage", defense=spec, name=name,
                          group="", statistic=statistic)
            if r.value is not None and r.status in ("ok", "at least")
        ]  # fmt: skip
        if points and all(0 <= (r.value or 0.0) <= 1 for _, r in points):
            found.append(Line(label_of(name), tuple(points), use))
    return found
