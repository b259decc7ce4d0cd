"""What two lists of pair scores say: ROC, thresholds, accept rates."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from .rates import Floats, finite


class Roc(NamedTuple):
    """Area under the ROC curve, and the rate at which both kinds of error are equal."""

    auc: float
    eer: float


class UnresolvedError(ValueError):
    """There are too few impostor pairs for the false accept rate that was asked for."""


def roc(genuine: ArrayLike, impostor: ArrayLike) -> Roc:
    """Return AUC (ties count half) and EER (linear between the points of the curve).

    Args:
        genuine: `(G,)`, scores of pairs that show one person, higher is more alike.
        impostor: `(I,)`, scores of pairs that show two.

    Raises:
        ValueError: a list is empty or has NaN or infinite scores.
    """
    same, other = _scores(genuine, "genuine"), _scores(impostor, "impostor")
    both = np.concatenate([same, other])
    ranks = stats.rankdata(both)[: len(same)]
    auc = (ranks.sum() - len(same) * (len(same) + 1) / 2) / (len(same) * len(other))
    cuts = np.unique(both)[::-1]  # accept at this score or above; first of all, accept nobody
    accepted = [
        np.append(0.0, 1 - np.searchsorted(np.sort(kind), cuts) / len(kind))
        for kind in (same, other)
    ]
    missed, let_in = 1 - accepted[0], accepted[1]
    gap = let_in - missed  # grows from -1 to 1
    after = int(np.argmax(gap >= 0))
    share = -gap[after - 1] / (gap[after] - gap[after - 1])
    eer = let_in[after - 1] + share * (let_in[after] - let_in[after - 1])
    return Roc(float(auc), float(eer))


def threshold_at_far(impostor: ArrayLike, far: float) -> float:
    """Return the threshold that at most a share `far` of impostor pairs is above.

    Args:
        impostor: `(I,)`, scores of pairs of two people, higher is more alike.
        far: false accept rate, above 0 and below 1.

    Raises:
        UnresolvedError: fewer than `10 / far` pairs.
        ValueError: bad rate, or NaN or infinite scores.
    """
    if not 0 < far < 1:
        raise ValueError(f"a false accept rate is between 0 and 1, got {far}")
    other = _scores(impostor, "impostor")
    needed = math.ceil(10 / far - 1e-9)
    if len(other) < needed:
        raise UnresolvedError(
            f"FAR {far:g} needs at least {needed} impostor pairs (10 / FAR), got {len(other)}; "
            "take more background people or a larger FAR?"
        )
    allowed = math.floor(far * len(other) + 1e-9)
    return float(np.partition(other, len(other) - 1 - allowed)[len(other) - 1 - allowed])


def tar_at_far(genuine: ArrayLike, threshold: float) -> float:
    """Return the share of genuine pairs above a threshold of `threshold_at_far`."""
    return float((_scores(genuine, "genuine") > threshold).mean())


def _scores(values: ArrayLike, what: str) -> Floats:
    numbers = finite(values, f"{what} scores")
    if numbers.ndim != 1 or not numbers.size:
        raise ValueError(f"{what} scores must be (N,) and not empty, got {numbers.shape}")
    return numbers
