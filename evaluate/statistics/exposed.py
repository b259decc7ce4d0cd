"""Whom a mean hides: the people who are named most often, and those who always are."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from .clusters import TAIL, Estimate, alike, weights_of, width
from .rates import Floats, finite
from .worst import Worst, worst_case

Name = TypeVar("Name", bound=Hashable)
TEN = 10  # people, of whom one is in the tenth


def person_means(values: ArrayLike, people: ArrayLike) -> Floats:
    """Return `(P,)`: each person's mean, in the order of the sorted people.

    Args:
        values: `(N,)`, one per photo.
        people: `(N,)`, the person on each photo.

    Raises:
        ValueError: no values, shapes that differ, NaN or infinite values.
    """
    numbers, who = finite(values, "values"), np.asarray(people)
    if numbers.ndim != 1 or numbers.shape != who.shape or not numbers.size:
        raise ValueError(
            f"values and people must be (N,) with at least one value, got {numbers.shape} and "
            f"{who.shape}"
        )
    index = np.unique(who, return_inverse=True)[1]
    means: Floats = np.bincount(index, numbers) / np.bincount(index)
    return means


def exposed_tenth(
    values: Mapping[Name, ArrayLike], people: ArrayLike, *, resamples: int = 2000, seed: int = 0
) -> Worst[Name]:
    """Return the mean of the tenth of people who are named most often, by the best attack.

    One of each full ten people, at least one, chosen anew in each resample of people. Whom
    chance favoured on the few photos at hand is among them, so the figure is too high rather
    than too low: where everybody is named 1 time in 5, the tenth of 40 people with 5 photos is
    0.52, with 50 photos 0.30.

    The lower end is brought down by what the maximum over attacks owes to luck, not by the choice
    of people. Of few people the most exposed are less exposed than the tenth of all, and those of
    a resample once more so, by about as much: the upper end is brought up by twice that, and is
    no less than Student's t for as few people as are in the tenth. With fewer than 30 people it
    says little.

    Args:
        values: `(N,)`, 0 to 1, for each attacker, on the same photos.
        people: `(N,)`, the person on each photo.
        resamples: number of resamples.
        seed: seed of the resamples.

    Raises:
        ValueError: no attackers, no values, shapes that differ, or NaN.
    """
    if not values:
        raise ValueError("the exposed tenth needs at least one attacker, got none")
    means = {name: np.sort(person_means(v, people))[::-1] for name, v in values.items()}
    count = len(next(iter(means.values())))
    tenth = max(1, count // TEN)
    tops = {name: float(falling[:tenth].mean()) for name, falling in means.items()}
    best = max(tops, key=lambda name: tops[name])
    drawn = {
        name: _tops(falling, values[name], people, tenth, resamples, seed)
        for name, falling in means.items()
    }
    joint = np.max(list(drawn.values()), axis=0)
    luck = float((joint - drawn[best]).mean())
    end = float(stats.norm.cdf(width(count)))
    low = float(np.quantile(drawn[best], 1 - end)) - luck
    fallen = max(tops[best] - float(drawn[best].mean()), 0.0)
    wide = float(stats.t.ppf(1 - TAIL, max(tenth - 1, 1)) * joint.std())
    high = max(float(np.quantile(joint, end)), tops[best] + wide) + 2 * fallen
    if np.ptp(joint) < 1e-12:
        low, high = alike(tops[best], tenth, (0.0, 1.0), TAIL)
    ends = max(min(low, tops[best]), 0.0), min(max(high, tops[best]), 1.0)
    return Worst(best, Estimate(tops[best], *ends, count))


def exposed_by_lot(
    people: ArrayLike, *, chance: float | None = None, draws: int = 200, seed: int = 0
) -> float:
    """Return what one who guesses reaches of the most exposed tenth, whom luck chooses.

    Args:
        people: `(N,)`, the person on each photo.
        chance: that a guess is right; None: one person of all.
        draws: so many times everybody is guessed.
        seed: of the lot.
    """
    counts = np.unique(np.asarray(people), return_counts=True)[1]
    tenth = max(1, len(counts) // TEN)
    right = 1 / len(counts) if chance is None else chance
    named = np.random.default_rng(seed).binomial(counts, right, (draws, len(counts)))
    return float(np.sort(named / counts, axis=1)[:, -tenth:].mean())


def always_named(
    values: Mapping[Name, ArrayLike], people: ArrayLike, *, resamples: int = 2000, seed: int = 0
) -> Worst[Name]:
    """Return the share of people all of whose photos are named, by the best attack.

    Args:
        values: `(N,)`, 0 to 1, for each attacker, on the same photos.
        people: `(N,)`, the person on each photo.
        resamples: number of resamples.
        seed: seed of the resamples.

    Raises:
        ValueError: no attackers, no values, shapes that differ, or NaN.
    """
    means = {name: person_means(v, people) for name, v in values.items()}
    named = {name: (mean >= 1 - 1e-9).astype(np.float64) for name, mean in means.items()}
    count = len(next(iter(named.values()), ()))
    return worst_case(named, np.arange(count), resamples=resamples, seed=seed)


def _tops(
    falling: Floats, values: ArrayLike, people: ArrayLike, tenth: int, resamples: int, seed: int
) -> Floats:
    """Return the mean of the most exposed in each resample of people.

    The resamples are those of all other figures: the same people are drawn.
    """
    order = np.argsort(-person_means(values, people), kind="stable")
    weights: NDArray[np.float64] = weights_of(len(falling), resamples, seed)[:, order]
    before = np.cumsum(weights, 1) - weights
    taken = np.clip(tenth - before, 0.0, weights)
    means: Floats = taken @ falling / tenth
    return means
