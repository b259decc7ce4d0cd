"""The highest of several attacks, and whether that of one defense is truly above another's.

Which attack is best differs from sample to sample, so the maximum over all of them is taken
within each resample; what it owes to luck is the mean distance from there to the attack that
was best on the photos at hand.

Reference:
    S. Holm: A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of
    Statistics 6, 1979.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .clusters import TAIL, Clustered, Estimate, alike, width
from .rates import Floats, Mean

Name = TypeVar("Name", bound=Hashable)


class Worst(NamedTuple, Generic[Name]):
    """The attacker that reached most, and the leakage over all attackers."""

    name: Name
    estimate: Estimate


class Gap(NamedTuple):
    """How much higher one worst case is than another.

    `p` is the chance of a gap as wide as this where there is none, both ways.
    """

    estimate: Estimate
    p: float


class _Top(Generic[Name]):
    """All attacks on one defense, and the maximum over them in each resample."""

    def __init__(
        self, values: Mapping[Name, ArrayLike], people: ArrayLike, resamples: int, seed: int,
        mean: Mean = "people",
    ) -> None:  # fmt: skip
        if not values:
            raise ValueError("the worst case needs at least one attacker, got none")
        self.all = {
            name: Clustered(v, people, resamples, seed, mean=mean) for name, v in values.items()
        }
        for cluster in self.all.values():
            cluster.check((0.0, 1.0))
        self.name = max(self.all, key=lambda name: self.all[name].mean)
        self.best = self.all[self.name]
        self.alone = self.best.resampled
        self.joint: Floats = np.max([cluster.resampled for cluster in self.all.values()], axis=0)
        self.luck = float((self.joint - self.alone).mean())


def worst_case(
    values: Mapping[Name, ArrayLike],
    people: ArrayLike,
    *,
    mean: Mean = "people",
    resamples: int = 2000,
    seed: int = 0,
    tail: float = TAIL,
) -> Worst[Name]:
    """Return the highest mean over attackers, with its name and a 95 % interval.

    The upper end is that of the named attacker plus what the maximum adds at that end, and
    never below the upper end of any attacker; the lower end is that of the named attacker
    less what the maximum adds on average, which it owes to luck. One attacker alone has the
    interval of `person_interval`.

    Args:
        values: `(N,)`, 0 to 1, for each attacker, on the same photos.
        people: `(N,)`, the person on each photo.
        mean: over `people`, who weigh the same however many photos they have, or over `photos`,
            which is a question of its own where numbers differ.
        resamples: number of resamples.
        seed: seed of the resamples.
        tail: share of cases in which each end may be wrong.

    Raises:
        ValueError: no attackers, no values, shapes that differ, or NaN.
    """
    top = _Top(values, people, resamples, seed, mean)
    singles = {key: cluster.estimate((0.0, 1.0), tail) for key, cluster in top.all.items()}
    own = singles[top.name]
    end = stats.norm.cdf(width(top.best.size, tail))
    rise = float(np.quantile(top.joint, end) - np.quantile(top.alone, end))
    low = max(own.low - top.luck, 0.0)
    high = max(min(own.high + rise, 1.0), *(s.high for s in singles.values()))
    return Worst(top.name, own._replace(low=low, high=high))


def worst_gap(
    a: Mapping[Name, ArrayLike], b: Mapping[Name, ArrayLike], people: ArrayLike, *,
    resamples: int = 2000, seed: int = 0, tail: float = TAIL,
) -> Gap:  # fmt: skip
    """Return how much higher the worst case of `a` is than that of `b`, on the same resamples.

    Standard error: of the gap between both maxima over people resampled. The higher side is
    first taken down by its luck, the lower is not, so that of two defenses that leak the
    same the one with more attackers near the top does not look worse; the rest is Student's
    t. As it counts on many people, `p` is never below that of a sign test in which all of
    them agree, `2 ** (1 - people)`.

    Args:
        a: `(N,)`, 0 to 1, for each attacker of one defense.
        b: the same for the other, on the same photos.
        people: `(N,)`, the person on each photo.
        resamples: number of resamples.
        seed: seed of the resamples.
        tail: share of cases in which each end may be wrong.

    Raises:
        ValueError: no attackers, no values, shapes that differ, or NaN.
    """
    one, other = (_Top(values, people, resamples, seed) for values in (a, b))
    return _gap(one, other, tail)


def worst_gaps(
    sides: Sequence[Mapping[Name, ArrayLike]], people: ArrayLike, *, resamples: int = 2000,
    seed: int = 0,
) -> list[Gap]:  # fmt: skip
    """Return `worst_gap` for all pairs of `sides`, in the order of `combinations`.

    Each `p` is adjusted for all pairs (Holm): those of at most 0.05 hold all together at
    95 %. The intervals are those of single pairs.
    """
    tops = [_Top(values, people, resamples, seed) for values in sides]
    gaps = [_gap(a, b) for a, b in combinations(tops, 2)]
    return [gap._replace(p=p) for gap, p in zip(gaps, holm([g.p for g in gaps]), strict=True)]


def _gap(a: _Top[Name], b: _Top[Name], tail: float = TAIL) -> Gap:
    size, value = a.best.size, a.best.mean - b.best.mean
    spread = float((a.joint - b.joint).std())
    least = min(1.0, 2.0 ** (1 - size))
    if spread < 1e-12:  # all people agree, or there is only one
        low, high = alike(value, size, (-1.0, 1.0), tail)
        p = least if value else 1.0
    else:
        low = value - a.luck - width(size, tail) * spread
        high = value + b.luck + width(size, tail) * spread
        error = spread * np.sqrt(size / (size - 1))
        sure = max(abs(value) - (a if value > 0 else b).luck, 0.0) / error
        p = max(2 * float(stats.t.sf(sure, size - 1)), least)
    ends = max(min(low, value), -1.0), min(max(high, value), 1.0)
    return Gap(Estimate(value, *ends, len(a.best.values)), p)


def holm(ps: Sequence[float]) -> list[float]:
    """Return the adjusted chances: those of at most 0.05 hold all together at 95 %.

    Args:
        ps: one per question, in any order.
    """
    order = np.argsort(ps, kind="stable")
    steps = np.asarray(ps, np.float64)[order] * np.arange(len(ps), 0, -1)
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in adjusted]
