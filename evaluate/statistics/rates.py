"""Credits and rates: who was named, and what guessing would name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]


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
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    own = np.take_along_axis(table, column[:, None].astype(np.intp), 1)
    better, tied = (table > own).sum(1), (table == own).sum(1)
    credit: Floats = np.clip((k - better) / tied, 0.0, 1.0)
    return credit


def chance_of(people: ArrayLike) -> float:
    """Return the rank-1 of guessing by lot among the people who occur."""
    return 1 / len(np.unique(np.asarray(people)))


def constant_bound(people: ArrayLike) -> float:
    """Return the rank-1 that honest guessing on a constant picture stays below.

    Whoever has learned how often people occur may always name the most frequent one. The
    bound is the end of the binomial distribution that one case in a thousand passes.

    Args:
        people: `(N,)`, the person on each probe.
    """
    counts = np.unique(np.asarray(people), return_counts=True)[1]
    size = int(counts.sum())
    return float(stats.binom.ppf(0.999, size, max(1 / len(counts), counts.max() / size))) / size


def binomial_interval(p: float, n: int) -> tuple[float, float]:
    """Return between which rates 95 % of `n` independent tries with chance `p` end."""
    if not (0 <= p <= 1 and n >= 1):
        raise ValueError(f"p must be 0 to 1 and n at least 1, got {p} and {n}")
    return float(stats.binom.ppf(0.025, n, p)) / n, float(stats.binom.ppf(0.975, n, p)) / n


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
