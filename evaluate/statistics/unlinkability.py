"""D_sys: how surely a score tells pairs of one person from pairs of two.

A score says something of a pair as far as pairs of one person (mated) have it more often than
pairs of two (non-mated). With `m` and `n` the densities of both, the local measure of a score,
both kinds being equally likely beforehand (omega = 1), is `D = 2 LR / (1 + LR) - 1 =
(m - n) / (m + n)` where `LR = m / n` is above 1, and 0 elsewhere; `D_sys` is its mean over mated
pairs: 0 where both are alike, 1 where no score is of both kinds. Unlike AUC it does not ask for
*higher* scores of mated pairs: scores that are turned round, or high and low at once, count in
full.

Densities have to be estimated, and the figure must not be too low for it. Two estimates are made,
and the higher one counts:

- *hull*: LR grows with the score (isotonic regression, the convex hull of the ROC curve). Where
  that is true, the figure is never too low on average, however few the scores are.
- *bins*, for all other scores. Wide bins hide what differs within them and can only lower D_sys;
  narrow ones raise it by chance. So they are narrow: edges are quantiles of the mated and of the
  non-mated scores, each with its least and highest, with about `EACH` mated scores from edge to
  edge; a score that fills a bin by itself, because many pairs tie there, has a bin of its own.

So few pairs give a figure that is too high: where scores say nothing, 0.11 with 100 to 300 mated
pairs, 0.07 with 1,000, 0.03 with 5,000. Chance is therefore not 0, but what the same scores give
once people are dealt out anew. What alternates more finely than the bins is not seen.

Reference:
    M. Gomez-Barrero, J. Galbally, C. Rathgeb, C. Busch: General Framework to Evaluate
    Unlinkability in Biometric Template Protection Systems. IEEE Transactions on Information
    Forensics and Security 13(6), 2018.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from .cells import blocks
from .clusters import alike, weights_of, width
from .rates import Floats, finite

EACH = 10  # mated scores from one edge to the next
MOST = 50  # bins between the quantiles of one kind
DEALT = 20  # times that people are dealt out anew, for chance


def linkability(mated: ArrayLike, others: ArrayLike) -> Floats:
    """Return D_sys from how often scores are in each bin.

    Args:
        mated: `(..., B)`, weights of the pairs that show one person, in each bin of scores.
        others: `(..., B)`, the same for pairs that show two.

    Returns:
        `(...)`, 0 to 1.
    """
    counts = np.asarray(mated, np.float64), np.asarray(others, np.float64)
    m, n = (c / np.maximum(c.sum(-1, keepdims=True), 1e-300) for c in counts)
    local = np.maximum(m - n, 0) / np.maximum(m + n, 1e-300)
    return np.asarray((m * local).sum(-1), np.float64)


def d_sys(mated: ArrayLike, others: ArrayLike) -> float:
    """Return D_sys of two lists of scores: 0 (unlinkable) to 1.

    Args:
        mated: `(M,)`, scores of pairs that show one person.
        others: `(I,)`, scores of pairs that show two.

    Raises:
        ValueError: a list is empty or has NaN or infinite scores.
    """
    return _d_sys(*(np.sort(np.asarray(scores, np.float64).ravel()) for scores in (mated, others)))


def _d_sys(mated: Floats, others: Floats) -> float:
    """Return D_sys of two lists that are sorted."""
    for scores in (mated, others):
        if not len(scores):
            raise ValueError("D_sys needs pairs of one person and of two, got none of one kind")
        finite(scores[[0, -1]], "scores of pairs")  # NaN is sorted to the end
    return min(max(_binned(mated, others), _hull(mated, others)), 1.0)


def unlinkability(
    scores: Floats, same: NDArray[np.bool_], used: NDArray[np.bool_], truth: NDArray[np.int64],
    *, chance: float = 0.0, resamples: int = 2000, seed: int = 0,
    lists: tuple[Floats, Floats] | None = None,
) -> tuple[float, float, float]:  # fmt: skip
    """Return D_sys with a 95 % interval, people resampled.

    A pair belongs to the person on its probe; bins are those of all pairs at hand. The measure
    of few pairs is too high, and that of a resample once more so: the lower end makes up for
    both, by what chance gives as far as there is room for it, the upper end for neither. The
    lower end also allows for as many people, all unlinkable, as a sample of this size may miss;
    near 1 resamples know too little of that.

    Args:
        scores: `(N, G)`, one per pair of photos.
        same: `(N, G)`, whether a pair shows one person.
        used: `(N, G)`, whether it counts.
        truth: `(N,)`, the person on each probe.
        chance: what `chance_linkability` gives.
        resamples: number of resamples.
        seed: seed of the resamples.
        lists: the scores of both kinds, sorted, if somebody has them.

    Raises:
        ValueError: there are none of one kind, or NaN or infinite scores.
    """
    lists = lists or (np.sort(scores[same & used]), np.sort(scores[~same & used]))
    value, edges = _d_sys(*lists), _edges(*lists)
    names, row = np.unique(truth, return_inverse=True)
    tables = [np.zeros(len(names) * len(edges)) for _ in range(2)]
    for some in blocks(*scores.shape):
        places = np.searchsorted(edges, scores[some], side="right") - 1
        places += row[some, None] * len(edges)
        for table, kind in zip(tables, (same[some], ~same[some]), strict=True):
            table += np.bincount(places[kind & used[some]], minlength=len(table))
    weights = weights_of(len(names), resamples, seed)
    drawn = (
        linkability(*(weights @ table.reshape(len(names), -1) for table in tables))
        + value
        - _binned(*lists)
    )
    least, most = alike(value, len(names), (0.0, 1.0))  # where no resample differs
    low, high = value, most
    if np.ptp(drawn) > 1e-12:
        end = stats.norm.cdf(width(len(names)))
        low, high = (float(q) for q in np.quantile(drawn, (1 - end, end)))
        low -= 2 * max(float(drawn.mean()) - value, 0.0) + chance * (1 - value)
    return value, max(min(low, least, value), 0.0), min(max(high, value), 1.0)


def chance_linkability(
    scores: Floats, truth: NDArray[np.int64], columns: NDArray[np.int64] | None,
    used: NDArray[np.bool_], *, seed: int = 0,
) -> float:  # fmt: skip
    """Return what D_sys is, on average, where people are dealt out to the photos anew.

    Args:
        scores: `(N, G)`, one per pair of photos.
        truth: `(N,)`, the person on each probe.
        columns: `(G,)`, the person on the other photo; None if these are the probes themselves.
        used: `(N, G)`, whether a pair counts.
        seed: of the dealing.
    """
    rng, found = np.random.default_rng(seed), []
    every = np.sort(scores[used])
    for _ in range(DEALT):
        dealt = rng.permutation(truth)
        same = used & (dealt[:, None] == (dealt if columns is None else columns)[None])
        mated = np.sort(scores[same])
        if not 0 < len(mated) < len(every):
            continue
        edges = _edges(mated, every)
        counts = _counts(mated, edges)
        found.append(float(linkability(counts, _counts(every, edges) - counts)))
    return float(np.mean(found)) if found else 0.0


def _binned(mated: Floats, others: Floats) -> float:
    edges = _edges(mated, others)
    return float(linkability(_counts(mated, edges), _counts(others, edges)))


def _hull(mated: Floats, others: Floats) -> float:
    """Return D_sys where the likelihood ratio may only grow with the score.

    What lies between two mated scores has a ratio of 0 as a whole, so it is one level.
    """
    levels = np.unique(mated)
    ends = np.searchsorted(others, [levels, np.nextafter(levels, np.inf)])  # of those that tie
    n = np.diff(np.concatenate([[0], ends.T.ravel(), [len(others)]])) / len(others)
    m = np.zeros_like(n)
    m[1:-1:2] = _counts(mated, levels) / len(mated)
    there = m + n > 0
    m, n = m[there], n[there]
    pools = optimize.isotonic_regression(m / (m + n), weights=m + n).blocks[:-1]
    return float(linkability(np.add.reduceat(m, pools), np.add.reduceat(n, pools)))


def _edges(mated: Floats, others: Floats) -> Floats:
    """Return where bins begin, from sorted scores; below the first there is nothing."""
    bins = min(max(len(mated) // EACH, 2), MOST)
    found = []
    for ordered in (mated, others):
        marks = ordered[np.linspace(0, len(ordered) - 1, bins + 1).round().astype(int)]
        ties = marks[1:][marks[1:] == marks[:-1]]
        ends = np.append(ties, ordered[-1])  # the bin of a tie ends where it begins
        found += [marks, np.nextafter(ends, np.inf)]
    return np.unique(np.concatenate(found))


def _counts(ordered: Floats, edges: Floats) -> Floats:
    """Return how many of the sorted scores are in each bin."""
    return np.diff(np.searchsorted(ordered, edges), append=len(ordered)).astype(np.float64)
