"""What two lists of pair scores say: ROC, thresholds, accept rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .rates import Floats, finite

SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


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
    return roc_sorted(np.sort(_scores(genuine, "genuine")), np.sort(_scores(impostor, "impostor")))


def roc_sorted(same: Floats, other: Floats) -> Roc:
    """Return what `roc` does of lists that are sorted; nothing as long as they are is made.

    Args:
        same: `(G,)`, finite, rising: scores of pairs that show one person.
        other: `(I,)`, the same of pairs that show two.
    """
    below = sum(int(np.searchsorted(other, same, side).sum()) for side in SIDES)
    auc = below / 2 / (len(same) * len(other))

    def errors(cut: float) -> tuple[float, float]:
        """Return who is missed and who is let in if scores from `cut` on are accepted."""
        missed, let_in = (np.searchsorted(kind, cut) / len(kind) for kind in (same, other))
        return float(missed), float(1 - let_in)

    # the highest score at which as many are let in as are missed, and the next above it: there
    # are fewer let in, or nobody
    first = max(_last(kind, lambda cut: np.subtract(*errors(cut)) <= 0) for kind in (same, other))
    above = [float(kind[i]) for kind in (same, other)
             if (i := int(np.searchsorted(kind, first, "right"))) < len(kind)]  # fmt: skip
    missed, let_in = errors(first)
    lost, stayed = errors(min(above)) if above else (1.0, 0.0)
    gap, before = let_in - missed, stayed - lost
    share = -before / (gap - before)
    return Roc(auc, stayed + share * (let_in - stayed))


def _last(rising: Floats, holds: Callable[[float], bool]) -> float:
    """Return the last score for which something holds, which holds for all before it, too."""
    low, high = 0, len(rising)
    while low < high:
        middle = (low + high) // 2
        if holds(float(rising[middle])):
            low = middle + 1
        else:
            high = middle
    return float(rising[low - 1]) if low else -math.inf


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
