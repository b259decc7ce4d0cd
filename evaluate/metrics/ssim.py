"""Structural similarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Pixels

from .base import Metric


@dataclass(frozen=True)
class Ssim(Metric):
    """Measure how much of the local structure of the whole photo is left; 1 is all.

    Gaussian windows of deviation 1.5, mean over pixels and colour channels, as in the paper.

    Reference:
        Zhou Wang, Alan Bovik, Hamid Sheikh, Eero Simoncelli: Image quality assessment: from
        error visibility to structural similarity. IEEE Transactions on Image Processing 2004.
    """

    name: ClassVar = "ssim"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (-1.0, 1.0)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one similarity per photo."""
        pairs = zip(clean, defended, strict=True)
        return np.array([ssim(a.pixels, b.photo.pixels) for a, b in pairs], np.float64)


def ssim(a: Pixels, b: Pixels) -> float:
    """Return the mean structural similarity of two pictures of one size.

    Pictures below 11 pixels on a side, the width of the window, are continued by reflection.

    Args:
        a: `(H, W, 3)`, uint8.
        b: `(H, W, 3)`, uint8.
    """
    short = [max(0, 11 - side) for side in a.shape[:2]]
    if any(short):
        border = [(missing // 2, missing - missing // 2) for missing in short] + [(0, 0)]
        a, b = np.pad(a, border, "symmetric"), np.pad(b, border, "symmetric")
    share: float = structural_similarity(
        a,
        b,
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float(share)
