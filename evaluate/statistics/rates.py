"""Credits and rates: who was named, and what guessing would name."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]
Mean = Literal["photos", "people"]  # what a figure is a mean over


def rank_credit(scores: ArrayLike, truth: ArrayLike, k: int = 1) -> Floats:
    """Return how surely the true person is among the `k` best, with ties sharing credit.

    Where `t` people tie with the truth and `b` are better, the credit is `(k - b) / t`
    within 0 to 1: the chance to be among the first `k` if ties are broken by lot. So a
    constant row gives `k / people`, whatever position the truth has.

    Args:
        scores: `(N, people)`, higher is more alike.
        truth: `(N,)`, column of the true person.
        k: how many names are allowed.

    Returns:
        `(N,)`, 0 to 1.

    Raises:
        ValueError: wrong shapes, NaN or infinite scores, a column that does not exist.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    better, tied, _ = rank_ties(scores, truth)
    credit: Floats = np.clip((k - better) / tied, 0.0, 1.0)
    return credit


class Ties(NamedTuple):
    """Of each photo: how many people score higher than the true one, and how many as high.

    `tied` has the true one in it; `people` are all columns.
    """

    better: NDArray[np.int64]
    tied: NDArray[np.int64]
    people: int


def rank_ties(scores: ArrayLike, truth: ArrayLike) -> Ties:
    """Count who stands above and beside the true person.

    Args:
        scores: `(N, people)`, higher is more alike.
        truth: `(N,)`, column of the true person.

    Raises:
        ValueError: wrong shapes, NaN or infinite scores, a column that does not exist.
    """
    table = finite(scores, "scores")
    column = np.asarray(truth)
    if table.ndim != 2 or column.shape != table.shape[:1]:
        raise ValueError(
            f"scores must be (N, people) with truth (N,), got {table.shape} and {column.shape}"
        )
    if column.dtype.kind not in "iu" or (
        column.size and not (column.min() >= 0 and column.max() < table.shape[1])
    ):
        raise ValueError(f"truth must be columns 0 to {table.shape[1] - 1}, got {column}")
    own = np.take_along_axis(table, column[:, None].astype(np.intp), 1)
    return Ties((table > own).sum(1), (table == own).sum(1), table.shape[1])


def chance_of(people: ArrayLike, k: int = 1, *, mean: Mean = "photos") -> float:
    """Return the rank-k that is reached without a look at any photo.

    Over photos that is the share of those of the `k` most photographed people: whoever
    always names the person with 265 of 400 probes is right 265 times. It is `k / people`
    where all have as many photos, and always for a mean over people.

    Args:
        people: `(N,)`, the person on each probe.
        k: how many names are allowed.
        mean: what the figure beside it is a mean over.
    """
    counts = _counts(people)
    if mean == "people":
        return min(1.0, k / len(counts))
    return float(np.sort(counts)[::-1][:k].sum() / counts.sum())


def unequal(people: ArrayLike) -> bool:
    """Return whether some people have more photos than others, so that two means differ."""
    return len(set(_counts(people))) > 1


def constant_bound(people: ArrayLike) -> float:
    """Return what an honest attacker reaches on a constant picture but once in 1,000 times.

    Without anything to see it can guess by lot, or name whom it learned to be photographed
    most; either is right with the chance of `chance_of` at best, photo by photo.

    Args:
        people: `(N,)`, the person on each probe.
    """
    count = len(np.asarray(people))
    return float(stats.binom.ppf(0.999, count, chance_of(people))) / count


def finite(values: Any, what: str) -> Floats:
    """Return the values as float64, if none is NaN or infinite.

    Raises:
        ValueError: some are; `what` names them.
    """
    numbers = np.asarray(values, np.float64)
    if not np.isfinite(numbers).all():
        bad = int((~np.isfinite(numbers)).sum())
        raise ValueError(f"{what} must be finite, got {bad} of {numbers.size} NaN or infinite")
    return numbers


def _counts(people: ArrayLike) -> NDArray[np.int64]:
    return np.asarray(np.unique(np.asarray(people), return_counts=True)[1], np.int64)
