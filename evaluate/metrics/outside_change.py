"""What a defense does to pixels that it had no right to touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric


@dataclass(frozen=True)
class OutsideChange(Metric):
    """Measure the mean absolute change outside the region, in levels of 255.

    Outside is where `Defended.mask` is 0. A photo that lies in the region as a whole has
    nothing outside, so nothing there changed: 0. For defenses that paste into a region it
    is always 0; folders that somebody else anonymized, or saved as JPEG, have more.
    """

    name: ClassVar = "outside_change"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, 255.0)
    unit: ClassVar = "levels"

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one mean change per photo."""
        return np.array([_change(a, b) for a, b in zip(clean, defended, strict=True)], np.float64)


def _change(clean: Photo, defended: Defended) -> float:
    outside = defended.mask <= 0
    if not outside.any():
        return 0.0
    before, after = (p.pixels[outside].astype(np.int16) for p in (clean, defended.photo))
    return float(np.abs(after - before).mean())
