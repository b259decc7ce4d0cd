"""Credits and rates: who was named, and what guessing would name.

Each person weighs the same in a figure, however many photos show them: else on a data set like
LFW, where one man has 265 of 2,218 photos to be named, every mean would be his.
"""

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


def chance_of(
    people: ArrayLike, k: int = 1, *, mean: Mean = "people", folds: ArrayLike | None = None
) -> float:
    """Return the rank-k that is reached without a look at any photo.

    Over people that is `k / people`, whoever is named how often: who always names the most
    photographed person is right about one person, and so is who guesses by lot, or as often as
    people are photographed. Over photos it is the share of those of the `k` most photographed:
    whoever always names the person with 265 of 400 probes is right 265 times.

    Args:
        people: `(N,)`, the person on each probe.
        k: how many names are allowed.
        mean: what the figure beside it is a mean over.
        folds: `(N,)`, the fold of each probe, if people are named only among those of theirs.
    """
    if folds is not None:
        who, fold = np.asarray(people), np.asarray(folds)
        parts = [who[fold == one] for one in np.unique(fold)]
        each = [chance_of(part, k, mean=mean) for part in parts]
        sizes = [len(np.unique(part) if mean == "people" else part) for part in parts]
        return float(np.average(each, weights=sizes))
    counts = _counts(people)
    if mean == "people":
        return min(1.0, k / len(counts))
    return float(np.sort(counts)[::-1][:k].sum() / counts.sum())


def unequal(people: ArrayLike) -> bool:
    """Return whether some people have more photos than others, so that two means differ."""
    return len(set(_counts(people))) > 1


def shares_of(people: ArrayLike) -> Floats:
    """Return how much each photo weighs where all people weigh the same; the sum is 1.

    Args:
        people: `(N,)`, the person on each photo.
    """
    _, index, counts = np.unique(np.asarray(people), return_inverse=True, return_counts=True)
    shares: Floats = 1 / counts[index] / len(counts)
    return shares


def mean_of(values: ArrayLike, people: ArrayLike) -> float:
    """Return the mean over people, each with the mean of their photos.

    Args:
        values: `(N,)`, one per photo.
        people: `(N,)`, the person on each photo.
    """
    return float(np.asarray(values, np.float64) @ shares_of(people))


def effective(people: ArrayLike) -> float:
    """Return how many photos would tell as much if all people had as many.

    Kish's size of a weighted sample: 100 people of whom one has 1,000 photos and all others one
    are worth 101 photos, not 1,099. It is `N` where all have as many photos.

    Args:
        people: `(N,)`, the person on each photo.

    Reference:
        L. Kish: Survey Sampling. Wiley, 1965.
    """
    return 1 / float((shares_of(people) ** 2).sum())


def constant_bound(people: ArrayLike) -> float:
    """Return what an honest attacker reaches on a constant picture but once in 1,000 times.

    Without anything to see it can guess by lot, or name whom it learned to be photographed
    most. One answer for all photos is right about one person of all, exactly; guesses by lot
    differ from that as those of `effective` photos do, and by one photo more where photos weigh
    differently, for their sums then lie between those of whole photos.

    Args:
        people: `(N,)`, the person on each probe.
    """
    count = max(round(effective(people)), 1)
    right = float(stats.binom.ppf(0.999, count, chance_of(people))) + unequal(people)
    return min(right / count, 1.0)


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
