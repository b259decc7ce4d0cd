"""How steep a picture is at and inside the border of a region, against the original."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Pixels


def seam_ratio(clean: Photo, made: Defended) -> float:
    """Return the mean slope on the region's border, as a multiple of that before.

    1 if the region has no border in the photo, NaN if the photo is flat there.
    """
    inside = (made.mask > 0).astype(np.uint8)
    around = np.ones((3, 3), np.uint8)
    return _ratio(clean, made, cv2.dilate(inside, around) - cv2.erode(inside, around) > 0)


def sharpness_ratio(clean: Photo, made: Defended) -> float:
    """Return the mean slope inside the region, as a multiple of that before.

    1 if nothing may change, NaN if the photo is flat there.
    """
    return _ratio(clean, made, made.mask > 0)


def _ratio(clean: Photo, made: Defended, where: NDArray[np.bool_]) -> float:
    if not where.any():
        return 1.0  # nothing was allowed to change, or there is no border
    after, before = (_slope(photo.pixels)[where].mean() for photo in (made.photo, clean))
    return float(after / before) if before > 1e-6 else float("nan")


def _slope(pixels: Pixels) -> NDArray[np.float64]:
    if min(pixels.shape[:2]) < 2:
        return np.zeros(pixels.shape[:2])
    down, across = np.gradient(pixels.astype(np.float64).mean(-1))
    return np.asarray(np.hypot(down, across))
