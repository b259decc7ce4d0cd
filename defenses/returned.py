"""A picture that another program gave back, brought to the size of its photo."""

from __future__ import annotations

import cv2
import numpy as np

from .base import with_faces
from .framing import is_cropped
from .photo import Photo, Pixels

_ASPECT = 0.01  # relative difference of aspect that rounding explains


def fitted(photo: Photo, pixels: Pixels) -> tuple[Pixels, str]:
    """Return a picture in the size of the photo, and what was done to it, if anything.

    Args:
        photo: the clean photo.
        pixels: `(H, W, 3)`, uint8, of any size.

    Raises:
        ValueError: it has another shape, or shows only a part of the photo.
    """
    (h, w), (high, wide) = photo.pixels.shape[:2], pixels.shape[:2]
    if (h, w) == (high, wide):
        return pixels, ""
    sizes = f"{wide}x{high}, the photo {w}x{h}"
    slack = _ASPECT + 1 / min(h, w, high, wide)  # a side may be off by one pixel
    if abs(wide * h / (high * w) - 1) > slack:
        raise ValueError(f"the picture is {sizes}: was it cropped?")
    way = cv2.INTER_AREA if wide > w else cv2.INTER_CUBIC
    resized = np.asarray(cv2.resize(pixels, (w, h), interpolation=way), np.uint8)
    if is_cropped(with_faces(photo), resized):
        raise ValueError(f"the picture is {sizes}, and shows another frame: was it cropped?")
    return resized, f"resized: it was {sizes}"
