"""How far pairs of photos of one person are from pairs of two: the measure D_sys.

Reference:
    M. Gomez-Barrero, J. Galbally, C. Rathgeb, C. Busch: General Framework to Evaluate
    Unlinkability in Biometric Template Protection Systems. IEEE Transactions on Information
    Forensics and Security 13, 2018.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clusters import TAIL, weights_of
from .rates import Floats, finite

MOST = 100  # bins
LEAST = 10  # pairs of one person in a bin


def linkability(mated: ArrayLike, others: ArrayLike) -> Floats:
    """Return D_sys from how often each score occurs.

    With LR(s) = p(s | one person) / p(s | two people) and as many pairs of one person as of two
    (omega = 1), the linkability of a score is D(s) = 2 LR / (1 + LR) - 1 where LR > 1, else 0;
    D_sys is its mean over the pairs of one person. 0: no score tells anything; 1: all do.

    Args:
        mated: `(..., B)`, weights of the pairs that show one person, in each bin of scores.
        others: `(..., B)`, the same for pairs that show two.

    Returns:
        `(...)`, 0 to 1.
    """
    same, two = np.asarray(mated, np.float64), np.asarray(others, np.float64)
    same = same / np.maximum(same.sum(-1, keepdims=True), 1e-300)
    two = two / np.maximum(two.sum(-1, keepdims=True), 1e-300)
    both = same + two
    local = np.clip((same - two) / np.where(both > 0, both, 1.0), 0.0, None)
    found: Floats = np.asarray((same * local).sum(-1))
    return found


def bin_edges(mated: ArrayLike) -> Floats:
    """Return inner edges of bins that hold equally many pairs of one person.

    As many bins as in the authors' code, a tenth of the pairs and 100 at most. Theirs have equal
    widths: then a single pair with an enormous score leaves all others in one bin, where
    nothing can be told apart, and D_sys is 0. Here only the order of scores counts. Few pairs
    in a bin make D_sys too high rather than too low: 0.06 where nothing links.

    Args:
        mated: `(G,)`, scores of the pairs that show one person.
    """
    scores = finite(mated, "scores of pairs of one person")
    bins = int(np.clip(len(scores) // LEAST, 2, MOST))
    edges: Floats = np.unique(np.quantile(scores, np.arange(1, bins) / bins))
    return edges


def unlinkability(
    scores: Floats, same: NDArray[np.bool_], used: NDArray[np.bool_], truth: NDArray[np.int64],
    *, resamples: int = 2000, seed: int = 0,
) -> tuple[float, float, float]:  # fmt: skip
    """Return D_sys with a 95 % interval, people resampled.

    A pair belongs to the person on its probe. Bins are those of all pairs at hand. A resample
    repeats pairs, which makes D_sys higher by about what few pairs have made it higher already;
    the lower end is brought down by twice that, the upper end stays where it is.

    Args:
        scores: `(N, G)`, higher is more alike.
        same: `(N, G)`, whether a pair shows one person.
        used: `(N, G)`, whether it counts.
        truth: `(N,)`, the person on each probe.
        resamples: number of resamples.
        seed: seed of the resamples.
    """
    edges = bin_edges(scores[same & used])
    # two sides of each edge, and the edge itself: scores that tie must not be split
    places = np.searchsorted(edges, scores, "left") + np.searchsorted(edges, scores, "right")
    names, index = np.unique(truth, return_inverse=True)
    tables = np.zeros((2, len(names), 2 * len(edges) + 1))
    for table, mask in zip(tables, (same & used, ~same & used), strict=True):
        rows = np.broadcast_to(index[:, None], same.shape)[mask]
        np.add.at(table, (rows, places[mask]), 1)
    value = float(linkability(*tables.sum(1)))
    weights = weights_of(len(names), resamples, seed)
    drawn = linkability(weights @ tables[0], weights @ tables[1])
    rise = max(float(drawn.mean()) - value, 0.0)
    low, high = np.quantile(drawn, (TAIL, 1 - TAIL))
    return value, max(min(float(low) - 2 * rise, value), 0.0), min(max(float(high), value), 1.0)
