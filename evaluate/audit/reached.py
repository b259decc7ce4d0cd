"""At which strength is the model where it would be without the face?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..results.records import Record, find
from ..statistics import TAIL
from .curve import JUDGED, statistic_of
from .strengths import Ladder, ladders

MARGIN = 0.05  # a leakage may be so much above a control and still count as being there
# With fewer people even a model that names none of them may name more than that share of others.
PEOPLE = math.ceil(math.log(TAIL) / math.log(1 - MARGIN))


@dataclass(frozen=True)
class Reached:
    """From which strength on a model is at a control; empty where it never is.

    Args:
        family: name of the ladder.
        measure: `named/forced` and others.
        control: name of the control.
        alike: the weakest setting from which on the two cannot be told apart: the interval
            of their difference holds 0 there and at every stronger setting. With few people
            intervals are wide, and this says little.
        shown: the weakest setting from which on the upper end of the difference is at most
            `MARGIN`, among at least `PEOPLE` people. This is shown.
        most: the highest upper end of the difference from `alike` on; 1 where it never is.
    """

    family: str
    measure: str
    control: str
    alike: str
    shown: str
    most: float = 1.0


def reached(records: Sequence[Record]) -> list[Reached]:
    """Return, per ladder, measure and control, from which strength on the control holds.

    A setting that was not compared, or of which only a lower bound is known, never holds.
    """
    gaps = [r for r in records if r.kind == "difference" and r.name in JUDGED
            and r.statistic == statistic_of(r.name)]  # fmt: skip
    return [
        _reached(gaps, ladder, name, group)
        for ladder in ladders(records)
        for name, group in dict.fromkeys((r.name, r.group) for r in gaps)
    ]


def _reached(gaps: Sequence[Record], ladder: Ladder, name: str, group: str) -> Reached:
    mine = {r.defense: r for r in find(gaps, name=name, group=group, status="ok")}
    steps = [mine.get(spec) for spec in ladder.specs]
    alike = [gap is not None and gap.low is not None and gap.low <= 0 for gap in steps]
    close = [gap is not None and gap.high is not None and gap.high <= MARGIN
             and gap.people >= PEOPLE for gap in steps]  # fmt: skip
    first = _first(alike)
    ends = [1.0 if gap is None or gap.high is None else gap.high for gap in steps[first:]]
    start, within = (ladder.specs[at] if at < len(steps) else "" for at in (first, _first(close)))
    control = group.removeprefix("above=")
    return Reached(ladder.name, name, control, start, within, max(ends, default=1.0))


def _first(holds: Sequence[bool]) -> int:
    """Return the first place from which on it holds throughout."""
    first = len(holds)
    while first and holds[first - 1]:
        first -= 1
    return first
