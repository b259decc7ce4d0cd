"""Metrics of a whole set of photos, compared as a distribution with what they were."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric, Unavailable
from .inception import features

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


@dataclass(frozen=True)
class Realism(SetMetric):
    """Distance of two sets of features of Inception v3; 0 is none.

    Class data: `least`, the number of photos below which it says nothing.
    """

    least: ClassVar[int]
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, np.inf)
    needs: ClassVar = ("weights",)
    usual: ClassVar = False

    def overall(
        self, clean: Sequence[Photo], defended: Sequence[Defended], people: NDArray[np.int64]
    ) -> Overall:
        """Return the distance of the photos from what they were; see `SetMetric.overall`."""
        if len(clean) < self.least:
            least, got = self.least, len(clean)
            raise Unavailable(f"{self.name.upper()} needs at least {least} photos, got {got}")
        seen = [p.with_pixels(d.photo.held) for p, d in zip(clean, defended, strict=True)]
        return self.distance(features(clean), features(seen), people)

    @abstractmethod
    def distance(self, before: Any, after: Any, people: NDArray[np.int64]) -> Overall:
        """Return the distance of two sets of features, `(N, D)` tensors, and its interval."""
