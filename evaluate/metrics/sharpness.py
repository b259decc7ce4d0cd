"""Whether the region is as sharp as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric
from .slopes import sharpness_ratio


@dataclass(frozen=True)
class Sharpness(Metric):
    """Measure the mean slope inside the region as a share of that before, at most 1.

    Noise and hard blocks are steep too, so 1 does not mean that the picture looks good.
    """

    name: ClassVar = "sharpness"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, 1.0)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one value per photo; 1 if nothing may change, NaN if the photo is flat."""
        ratios = [sharpness_ratio(a, b) for a, b in zip(clean, defended, strict=True)]
        return np.clip(np.array(ratios, np.float64), *self.bounds)
