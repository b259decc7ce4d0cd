"""Distance of distributions without bias, with an interval."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .sets import Overall, Realism

FOLDS = 10  # groups of people, each left out once


@dataclass(frozen=True)
class Kid(Realism):
    """Measure how far the photos as a set moved from what they were: 0 is not at all.

    The squared maximum mean discrepancy of the features of Inception v3 under a cubic kernel,
    on all photos at once; it may be slightly below 0. The interval is a jackknife over ten
    groups of people. It says how real a set looks, not how private it is.

    Reference:
        Mikolaj Binkowski, Danica Sutherland, Michael Arbel, Arthur Gretton: Demystifying MMD
        GANs. ICLR 2018. Here on squares of twice the face, and without random subsets.
    """

    name: ClassVar = "kid"
    least: ClassVar = 4

    def distance(self, before: Any, after: Any, people: NDArray[np.int64]) -> Overall:
        """Return the distance with its interval; without one if there is but one person."""
        return jackknife(before, after, people)


def jackknife(before: Any, after: Any, people: NDArray[np.int64]) -> Overall:
    """Return the distance of two sets of features `(N, D)` and its interval over people."""
    whole = discrepancy(before, after)
    kinds, who = np.unique(people, return_inverse=True)
    folds = min(FOLDS, len(kinds))
    kept = [np.flatnonzero(who % folds != fold) for fold in range(folds)]
    if folds < 2 or min(map(len, kept)) < 2:
        return whole, None, None
    left = np.array([discrepancy(before[k], after[k]) for k in kept])
    error = np.sqrt((folds - 1) / folds * ((left - left.mean()) ** 2).sum())
    reach = float(stats.t.ppf(0.975, folds - 1) * error)
    return whole, whole - reach, whole + reach


def discrepancy(before: Any, after: Any) -> float:
    """Return the kernel distance of two sets of features, by torchmetrics."""
    from torch.nn import Identity

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that it keeps the features
        from torchmetrics.image.kid import KernelInceptionDistance

        distance = KernelInceptionDistance(Identity(), subsets=1, subset_size=len(before))
    distance.update(before.cpu().double(), real=True)
    distance.update(after.cpu().double(), real=False)
    return float(distance.compute()[0])
