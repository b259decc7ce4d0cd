"""What a second look at the test people costs: wider intervals, for both settings.

Whoever may try two settings where one was meant passes more often by luck. Each end of an
interval that is held against the limit may then be wrong in half as many cases (Bonferroni), so
that both together are wrong no more often than one alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ..comparison.measured import Attack, Measured, Utility
from ..comparison.worst import on_part
from ..statistics import TAIL, Estimate, person_interval, worst_case, worst_gap
from .points import Point

LOOKS = 2
_TAIL = TAIL / LOOKS

Key = tuple[str, str]  # name of an attack, label of its recognizer


def for_two_looks(
    point: Point, measured: Measured, counting: Collection[Key], *, of: str = "photo",
    other: Measured | None = None,
) -> Point:  # fmt: skip
    """Return a checked setting with the ends of its intervals at the level for two looks.

    What the level adds is computed from the photos and added to the ends that stand in the
    point, so that whatever else has widened them stays. A metric of the whole set has no value
    for each photo: its ends move away by the ratio of the quantiles.

    Args:
        point: as it did on the test people.
        measured: what was measured there.
        counting: the attacks among which the worst case was sought.
        of: what leaks: the `photo`, or the `face` alone, where that is a part of it.
        other: the defense beside which the leakage is held, if there is one.
    """
    values = _counted(measured, counting, of)
    leakage = point.leakage
    if values:
        leakage = _moved(leakage, *_worst_ends(values, measured))
    utilities = dict(point.utilities)
    for utility in measured.utilities:
        if utility.name in utilities:
            old = utilities[utility.name]
            utilities[utility.name] = _utility_ends(old, utility, measured)
    if other is not None and "above" in point.beside and values:
        theirs = _counted(other, counting, of)
        moved = _moved(point.beside["above"], *_gap_ends(values, theirs, measured))
        point = replace(point, beside={**point.beside, "above": moved})
    capped = leakage._replace(low=max(leakage.low, 0.0), high=min(leakage.high, 1.0))
    return replace(point, leakage=capped, utilities=utilities)


def _counted(measured: Measured, counting: Collection[Key], of: str) -> dict[Key, ArrayLike]:
    attacks: Sequence[Attack] = [
        on_part(attack, part) for part, some in measured.by_part.items() for attack in some
    ]
    if of == "face" and measured.region:
        attacks = measured.face
    return {
        (a.name, a.recognizer): a.credits["rank1"]
        for a in attacks
        if a.credits and (a.name, a.recognizer) in counting
    }


def _gap_ends(
    mine: Mapping[Key, ArrayLike], theirs: Mapping[Key, ArrayLike], measured: Measured
) -> tuple[float, float]:
    one = worst_gap(mine, theirs, measured.people).estimate
    two = worst_gap(mine, theirs, measured.people, tail=_TAIL).estimate
    return one.low - two.low, two.high - one.high


def _worst_ends(values: Mapping[Key, ArrayLike], measured: Measured) -> tuple[float, float]:
    one = worst_case(values, measured.people).estimate
    two = worst_case(values, measured.people, tail=_TAIL).estimate
    return one.low - two.low, two.high - one.high


def _utility_ends(old: Estimate, utility: Utility, measured: Measured) -> Estimate:
    if utility.overall is not None:
        more = float(stats.norm.ppf(1 - _TAIL) / stats.norm.ppf(1 - TAIL)) - 1
        return _moved(old, more * (old.value - old.low), more * (old.high - old.value))
    known = np.isfinite(utility.values)
    one, two = (
        person_interval(utility.values[known], measured.people[known], bounds=None, tail=tail)
        for tail in (TAIL, _TAIL)
    )
    return _moved(old, one.low - two.low, two.high - one.high)


def _moved(old: Estimate, down: float, up: float) -> Estimate:
    return old._replace(low=old.low - max(down, 0.0), high=old.high + max(up, 0.0))
