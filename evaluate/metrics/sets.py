"""Metrics of a whole set of photos, compared as a distribution with what they were."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric

Overall = tuple[float, float | None, float | None]


@dataclass(frozen=True)
class SetMetric(Metric):
    """Something that only a whole set of photos has, not one of them."""

    @abstractmethod
    def overall(
        self, clean: Sequence[Photo], defended: Sequence[Defended], people: NDArray[np.int64]
    ) -> Overall:
        """Return the figure and its 95 % interval; None where it has none.

        Args:
            clean: the photos as they were.
            defended: what became of them, in the same order.
            people: `(N,)`, who is on each.

        Raises:
            Unavailable: weights or packages are missing, or there are too few photos.
        """

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return NaN per photo: one photo alone has no such figure."""
        return np.full(len(clean), np.nan)
