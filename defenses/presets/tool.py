"""What a tool is given, and what it makes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..photo import Pixels

Box = tuple[float, float, float, float]  # left, top, width, height, as in `Face`


class Made(NamedTuple):
    """What became of a photo.

    Args:
        pixels: `(H, W, 3)`, uint8.
        mask: `(H, W)`, float32, 0 to 1: how much of each pixel is the tool's.
    """

    pixels: Pixels
    mask: NDArray[np.float32]


Tool = Callable[[Pixels, Sequence[Box]], Made]


def unmasked(pixels: Pixels) -> NDArray[np.float32]:
    """Return the mask of a photo in which nothing has been changed yet."""
    return np.zeros(pixels.shape[:2], np.float32)


def inside(box: Box, pixels: Pixels) -> tuple[int, int, int, int]:
    """Cut a box off at the border of the photo and drop fractions.

    Returns:
        Left, top, right and bottom; the last two are the first pixels outside. Detectors of most
        tools never reach over the border, ours may.
    """
    height, width = pixels.shape[:2]
    x, y, w, h = box
    left, top = int(max(x, 0)), int(max(y, 0))
    return left, top, max(left, int(min(x + w, width))), max(top, int(min(y + h, height)))
