"""Whether the border of the region shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric
from .slopes import seam_ratio


@dataclass(frozen=True)
class Seam(Metric):
    """Measure how much steeper the region's border is than it was: 0 no steeper, 1 twice.

    From the mean slope of grey levels on a ring of two to three pixels, cut off at 10.
    """

    name: ClassVar = "seam"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, 10.0)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one value per photo; 0 without a border, NaN if the photo is flat."""
        ratios = [seam_ratio(a, b) for a, b in zip(clean, defended, strict=True)]
        return np.clip(np.array(ratios, np.float64) - 1, *self.bounds)
