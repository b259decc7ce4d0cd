"""What a defense does to the photo around the people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.framing import outside_heads

from .base import Metric


@dataclass(frozen=True)
class OutsideChange(Metric):
    """Measure the mean absolute change outside the region, in levels of 255.

    Outside is where `Defended.mask` is 0. For defenses that paste into a region it is always 0.
    A folder of another program, or a defense of the whole image, may change everything: then
    outside is what lies beyond the heads on the clean photo, so that the figure tells what
    becomes of the place and the things in it, which hid nobody. Without a face, that is the
    whole photo.
    """

    name: ClassVar = "outside_change"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, 255.0)
    unit: ClassVar = "levels"

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one mean change per photo; NaN if there are but heads on it."""
        return np.array([_change(a, b) for a, b in zip(clean, defended, strict=True)], np.float64)


def _change(clean: Photo, defended: Defended) -> float:
    outside = defended.mask <= 0
    if not outside.any():
        outside = outside_heads(clean)
    if not outside.any():
        return float("nan")
    before, after = (p.pixels[outside].astype(np.int16) for p in (clean, defended.photo))
    return float(np.abs(after - before).mean())
