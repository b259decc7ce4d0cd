"""Pair scores: how well can one tell whether two photos show one person?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cells import blocks
from .clusters import bootstrap_weights
from .intervals import clustered_interval
from .rates import finite
from .roc import UnresolvedError, roc_sorted, threshold_at_far
from .unlinkability import chance_linkability, unlinkability

Matrix = NDArray[np.float64]
FARS = (1e-2, 1e-3)
CUTS = 400  # thresholds at which the curves of a resample are read


@dataclass(frozen=True, eq=False)
class Verification:
    """Pair scores for questions of the kind "is this the same person?".

    Args:
        scores: `(N, G)`, higher is more alike: probes against gallery photos.
        people: `(G,)`, index of the person on each gallery photo; None if the columns are
            the probes themselves, whose people the attacker does not know.
        impostors: `(B,)`, scores of pairs of two different background people; thresholds
            come from these alone.
        provenance: in words, where `impostors` come from.
    """

    scores: Matrix
    people: NDArray[np.int64] | None
    impostors: Matrix
    provenance: str


@dataclass(frozen=True)
class Figure:
    """One figure about pairs, with its 95 % interval; None where it could not be measured."""

    statistic: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    chance: float | None = None
    reason: str = ""


def verification_figures(pairs: Verification, truth: NDArray[np.int64]) -> list[Figure]:
    """Return AUC, EER, D_sys and TAR at each of `FARS`.

    AUC, EER and D_sys use the pairs of the attacked people themselves, as ROC curves do. TAR uses
    a threshold that lets in the stated share of *background* impostor pairs, as an attacker
    would choose it; the FAR it really has among the attacked people is given as reason.

    Args:
        pairs: the scores; where `pairs.people` is None the columns are the probes themselves
            and each pair of different photos counts once.
        truth: `(N,)`, the person on each probe.
    """
    scores = pairs.scores
    columns = truth if pairs.people is None else pairs.people
    same = truth[:, None] == columns[None]
    used = np.ones_like(same)
    if pairs.people is None:
        used = np.triu(used, 1)
    mated = same & used
    genuine, rows = scores[mated], np.nonzero(mated)[0]
    impostor = scores[~same & used]  # as many as there are pairs: sorted once, in place
    impostor.sort()
    if not genuine.size or not impostor.size:
        reason = "there are no pairs of both kinds"
        return [Figure(name, reason=reason) for name in ("auc", "eer", "d_sys")]
    finite(impostor[[0, -1]], "impostor scores")  # NaN is sorted to the end
    count = len(genuine) + len(impostor)
    lists = np.sort(finite(genuine, "genuine scores")), impostor
    auc, eer = roc_sorted(*lists)
    (auc_low, auc_high), (eer_low, eer_high) = _intervals(scores, same, used, truth)
    found = [
        Figure("auc", auc, min(auc, auc_low), max(auc, auc_high), count, 0.5),
        Figure("eer", eer, min(eer, eer_low), max(eer, eer_high), count, 0.5),
    ]
    dealt = chance_linkability(scores, truth, pairs.people, used)
    d_sys = unlinkability(scores, same, used, truth, chance=dealt, lists=lists)
    found.append(Figure("d_sys", *d_sys, count, dealt,
                        "chance is that of people dealt out anew"))  # fmt: skip
    for far in FARS:
        statistic = f"tar@far={far:.0e}".replace("e-0", "e-")
        try:
            threshold = threshold_at_far(pairs.impostors, far)
        except UnresolvedError as error:
            found.append(Figure(statistic, reason=str(error)))
            continue
        tar = clustered_interval((genuine > threshold).astype(float), truth[rows])
        real = 1 - float(np.searchsorted(impostor, threshold, "right")) / len(impostor)
        found.append(
            Figure(
                statistic, tar.value, tar.low, tar.high, tar.n, far,
                f"threshold from {len(pairs.impostors)} {pairs.provenance}; "
                f"FAR among the attacked people {real:.4f}",
            )
        )  # fmt: skip
    return found


def _intervals(
    scores: NDArray[np.float64],
    same: NDArray[np.bool_],
    used: NDArray[np.bool_],
    truth: NDArray[np.int64],
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return percentile intervals of AUC and EER, people resampled.

    Each person's pairs are counted at `CUTS` thresholds once; a resample is then a weighted
    sum of these curves. A pair belongs to the person on its probe.
    """
    edges = np.unique(np.quantile(scores[used], np.linspace(0, 1, CUTS), overwrite_input=True))
    size = int(truth.max()) + 1, len(edges) + 1
    counts = np.zeros((2, *size))
    for some in blocks(*scores.shape):
        bins = np.searchsorted(edges, scores[some]) + truth[some, None] * size[1]
        for table, kind in zip(counts, (same[some], ~same[some]), strict=True):
            found = np.bincount(bins[kind & used[some]], minlength=size[0] * size[1])
            table += found.reshape(size)
    weights = bootstrap_weights(truth)
    drawn = [weights @ table for table in counts]
    genuine, impostor = (table / np.maximum(table.sum(1, keepdims=True), 1) for table in drawn)
    below = np.cumsum(impostor, 1) - impostor
    auc = (genuine * (below + impostor / 2)).sum(1)
    missed, let_in = np.cumsum(genuine, 1), 1 - np.cumsum(impostor, 1)
    gap = missed - let_in
    first = np.argmax(gap >= 0, 1)
    row = np.arange(len(gap))
    eer = (missed[row, first] + let_in[row, first]) / 2
    ends = np.quantile([auc, eer], (0.025, 0.975), axis=1).clip(0, 1)
    return (float(ends[0, 0]), float(ends[1, 0])), (float(ends[0, 1]), float(ends[1, 1]))
