"""Peak signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Pixels

from .base import Metric

MOST = 100.0  # decibels


@dataclass(frozen=True)
class Psnr(Metric):
    """Measure how little the pixels of the whole photo changed, in decibels.

    `10 log10(255^2 / mean squared change)`. Equal pictures would give infinity, with which
    nothing can be averaged: they, and everything above, count as 100 dB.
    """

    name: ClassVar = "psnr"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, MOST)
    unit: ClassVar = "dB"

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one ratio per photo."""
        pairs = zip(clean, defended, strict=True)
        return np.array([psnr(a.pixels, b.photo.pixels) for a, b in pairs], np.float64)


def psnr(a: Pixels, b: Pixels) -> float:
    """Return the peak signal-to-noise ratio of two uint8 pictures of one size, 0 to 100 dB."""
    if np.array_equal(a, b):
        return MOST
    ratio: float = peak_signal_noise_ratio(a, b, data_range=255)
    return min(MOST, float(ratio))
