"""Values summed up by person, and resamples of people: what every interval is made of."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import ndtr, ndtri

from .rates import Floats, Mean, finite

TAIL = 0.025
"""The share of cases in which an end of an interval may be wrong: 95 % between both."""


class Estimate(NamedTuple):
    """A value with its 95 % interval, from `n` values."""

    value: float
    low: float
    high: float
    n: int


class Clustered:
    """Values summed up by person, and their mean in each resample.

    Args:
        values: `(N,)`, one per photo.
        people: `(N,)`, the person on each photo.
        resamples: number of resamples.
        seed: seed of the resamples.
        mean: over `people`, each with the mean of their photos, or over `photos`.

    Raises:
        ValueError: no values, shapes that differ, or NaN.
    """

    def __init__(
        self, values: ArrayLike, people: ArrayLike, resamples: int, seed: int, *,
        mean: Mean = "photos",
    ) -> None:  # fmt: skip
        self.values = finite(values, "values")
        names, index = np.unique(np.asarray(people), return_inverse=True)
        if self.values.ndim != 1 or self.values.shape != np.shape(people) or not names.size:
            raise ValueError(
                "values and people must be (N,) with at least one value, got "
                f"{self.values.shape} and {np.shape(people)}"
            )
        self.size = len(names)
        self.sums: Floats = np.bincount(index, self.values).astype(np.float64)
        self.counts: Floats = np.bincount(index).astype(np.float64)
        self.mean = float(self.values.mean())
        if mean == "people" and np.ptp(self.counts):  # else both are the same
            self.sums, self.counts = self.sums / self.counts, np.ones(self.size)
            self.mean = float(self.sums.mean())
        self.draws = (resamples, seed)

    def check(self, bounds: tuple[float, float] | None) -> None:
        """Refuse values out of bounds.

        Raises:
            ValueError: one is.
        """
        low, high = self.values.min(), self.values.max()
        if bounds and not (bounds[0] - 1e-9 <= low and high <= bounds[1] + 1e-9):
            raise ValueError(
                f"values must be from {bounds[0]:g} to {bounds[1]:g}, got {low:g} to {high:g}"
            )

    @cached_property
    def resampled(self) -> Floats:
        """The mean in each resample of people."""
        weights = weights_of(self.size, *self.draws)
        means: Floats = (weights @ self.sums) / (weights @ self.counts)
        return means

    @property
    def without(self) -> Floats:
        """The mean without each person in turn."""
        means: Floats = (self.sums.sum() - self.sums) / (self.counts.sum() - self.counts)
        return means

    def estimate(self, bounds: tuple[float, float] | None, tail: float = TAIL) -> Estimate:
        """Return the mean with its interval, each end of which may be wrong in `tail` of cases."""
        spread = np.ptp(self.sums / self.counts)
        same = spread < 1e-12
        low, high = alike(self.mean, self.size, bounds, tail) if same else self._bca(tail)
        return Estimate(self.mean, min(low, self.mean), max(high, self.mean), len(self.values))

    def _bca(self, tail: float) -> tuple[float, float]:
        means = np.sort(self.resampled)
        slope = self.without.mean() - self.without
        skew = float((slope**3).sum() / (6 * (slope**2).sum() ** 1.5))
        left, right = (np.searchsorted(means, self.mean + e) for e in (-1e-12, 1e-12))
        edge = 0.5 / len(means)
        shift = float(ndtri(np.clip((left + right) / 2 / len(means), edge, 1 - edge)))
        z = shift + np.array([-1.0, 1.0]) * width(self.size, tail)
        ends = ndtr(shift + z / np.maximum(1 - skew * z, 1e-6)) * (len(means) - 1)
        low, high = np.interp(ends, np.arange(len(means)), means)  # quantiles
        return float(low), float(high)


def alike(
    mean: float, size: int, bounds: tuple[float, float] | None, tail: float = TAIL
) -> tuple[float, float]:
    """Return the ends where all `size` people have one mean.

    They allow for the largest share of others of whom so many people may show nobody.
    """
    if bounds is None:
        return mean, mean
    missed = 1 - tail ** (1 / size)
    low, high = (mean + missed * (bound - mean) for bound in bounds)
    return low, high


def bootstrap_weights(people: ArrayLike, resamples: int = 2000, seed: int = 0) -> Floats:
    """Return how often each person is drawn in each resample.

    Args:
        people: `(N,)`, the person of each value; only how many there are matters.
        resamples: number of resamples, R.
        seed: seed of the drawing.

    Returns:
        `(R, people)`, whole numbers as float64, each row with the sum `people`; read-only.
    """
    return weights_of(len(np.unique(np.asarray(people))), resamples, seed)


@lru_cache(maxsize=8)
def weights_of(size: int, resamples: int, seed: int) -> Floats:
    """Return the weights of `size` people, see `bootstrap_weights`."""
    if resamples < 100:
        raise ValueError(f"an interval needs at least 100 resamples, got {resamples}")
    rng = np.random.default_rng([seed, size])
    weights = rng.multinomial(size, np.full(size, 1 / size), resamples).astype(np.float64)
    weights.flags.writeable = False
    return weights


@lru_cache
def width(size: int, tail: float = TAIL) -> float:
    """Return half the width of an interval in bootstrap standard errors."""
    if size == 1:
        return 2.0
    return float(math.sqrt(size / (size - 1)) * stats.t.ppf(1 - tail, size - 1))
