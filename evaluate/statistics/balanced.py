"""Balanced accuracy: the mean over classes of the share that is guessed, however rare each is.

Within a class each person weighs the same, however many photos there are.

Reference:
    K. H. Brodersen, C. S. Ong, K. E. Stephan, J. M. Buhmann: The Balanced Accuracy and Its
    Posterior Distribution. ICPR 2010.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .clusters import TAIL, Estimate, weights_of, width
from .rates import Floats, finite

Name = TypeVar("Name", bound=Hashable)


class _Recalls(NamedTuple):
    """The recall of each class: on the photos, and in each resample of people."""

    own: Floats  # (K,)
    drawn: Floats  # (R, K), NaN where a resample shows nobody of a class
    people: Floats  # (K,), how many there are of each class
    same: Floats  # (K,), whether all people of a class have one recall, 0 or 1


def balanced_accuracy(
    right: ArrayLike, classes: ArrayLike, people: ArrayLike, *, resamples: int = 2000,
    seed: int = 0,
) -> Estimate:  # fmt: skip
    """Return balanced accuracy with a 95 % interval over people.

    Args:
        right: `(N,)`, 0 to 1: whether the class of a photo was guessed.
        classes: `(N,)`, the true class of each photo.
        people: `(N,)`, the person on each photo.
        resamples: number of resamples of people.
        seed: seed of the resamples.

    Raises:
        ValueError: no values, or shapes that differ.

    Example:
        >>> found = balanced_accuracy([1, 1, 1, 0], list("aaab"), [0, 1, 2, 3])
        >>> found.value
        0.5
    """
    return highest_balanced({"": right}, classes, people, resamples=resamples, seed=seed)[1]


def highest_balanced(
    right: Mapping[Name, ArrayLike], classes: ArrayLike, people: ArrayLike, *,
    resamples: int = 2000, seed: int = 0,
) -> tuple[Name, Estimate]:  # fmt: skip
    """Return the highest of several balanced accuracies, its name, and a 95 % interval.

    As `worst_case` does: the lower end is that of the best one less what the maximum owes to
    luck, its mean distance in resamples; the upper end is never below that of any other.

    Where all people of a class are guessed, or nobody is, resamples know no other; then the
    largest share of others of whom so many people may show nobody is allowed for, so an end
    never claims more than the number of people in each class can show.

    Args:
        right: as for `balanced_accuracy`, for each guesser.
        classes: see there.
        people: see there.
        resamples: number of resamples.
        seed: of the resamples.

    Raises:
        ValueError: no guessers, no values, or shapes that differ.
    """
    if not right:
        raise ValueError("balanced accuracy needs at least one guesser, got none")
    count = len(np.unique(np.asarray(people)))
    found = {k: _recalls(v, classes, people, resamples, seed) for k, v in right.items()}
    drawn = {name: _mean(one.drawn) for name, one in found.items()}
    values = {name: float(one.own.mean()) for name, one in found.items()}
    best = max(values, key=lambda name: values[name])
    luck = float(np.mean(np.max([*drawn.values()], axis=0) - drawn[best]))
    ends = {name: _ends(one, drawn[name], count) for name, one in found.items()}
    low = max(0.0, min(ends[best][0] - luck, values[best]))
    high = min(1.0, max(values[best], *(high for _, high in ends.values())))
    return best, Estimate(values[best], low, high, np.size(right[best]))


def _recalls(
    right: ArrayLike, classes: ArrayLike, people: ArrayLike, resamples: int, seed: int
) -> _Recalls:
    values = finite(right, "right")
    if not values.size or not values.shape == np.shape(classes) == np.shape(people):
        raise ValueError(
            "right, classes and people must be (N,) with at least one value, got "
            f"{values.shape}, {np.shape(classes)} and {np.shape(people)}"
        )
    kinds, kind = np.unique(np.asarray(classes), return_inverse=True)
    names, who = np.unique(np.asarray(people), return_inverse=True)
    hits, seen = np.zeros((len(names), len(kinds))), np.zeros((len(names), len(kinds)))
    np.add.at(hits, (who, kind), values)
    np.add.at(seen, (who, kind), 1.0)
    hits, seen = hits / np.maximum(seen, 1.0), (seen > 0).astype(np.float64)
    weights = weights_of(len(names), resamples, seed)
    with np.errstate(invalid="ignore"):
        drawn = (weights @ hits) / (weights @ seen)
    own = hits.sum(0) / seen.sum(0)
    same = (np.abs(own - np.rint(own)) < 1e-12).astype(np.float64)
    return _Recalls(own, drawn, seen.sum(0), same)


def _mean(recalls: Floats) -> Floats:
    """Return the mean over those classes that a resample shows."""
    there = np.isfinite(recalls)
    return np.asarray(np.where(there, recalls, 0).sum(1) / there.sum(1))


def _ends(one: _Recalls, drawn: Floats, count: int) -> tuple[float, float]:
    value, share = float(one.own.mean()), stats.norm.cdf(width(count))
    low, high = np.quantile(drawn, (1 - share, share))
    missed = one.same * (1 - TAIL ** (1 / one.people)) / len(one.own)
    down = math.hypot(value - min(low, value), *missed[one.own > 0.5])
    up = math.hypot(max(high, value) - value, *missed[one.own < 0.5])
    return value - down, value + up
