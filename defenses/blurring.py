"""A Gaussian blur as quick for wide ones as for narrow ones."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .photo import Pixels

WIDE = 40.0  # pixels: a wider blur is that of a shrunk copy,
_SMALL = 8.0  # in which it is about this wide


def gaussian(pixels: Pixels, sigma: float, *, wide: float = WIDE) -> Pixels:
    """Blur a picture; beyond its border the last row or column goes on.

    Args:
        pixels: `(H, W, 3)`, uint8.
        sigma: standard deviation in pixels, above 0.
        wide: pixels above which a shrunk copy is blurred, 16 or more; it is the same to a level.
    """
    made = _small(pixels, sigma) if sigma > wide else _plain(pixels, sigma)
    return np.rint(made).clip(0, 255).astype(np.uint8)


def _plain(pixels: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    # in float: OpenCV's uint8 blur rounds the kernel itself to 1/256, wrong for wide ones
    border = cv2.BORDER_REPLICATE
    blurred = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), sigma, borderType=border)
    return blurred.astype(np.float32, copy=False)


def _small(pixels: Pixels, sigma: float) -> NDArray[np.float32]:
    """Blur a shrunk copy and enlarge it: by far quicker, and the same to half a level.

    The means of blocks, and the straight lines between them, blur a little themselves: as
    variances add up, the copy is blurred by what is missing. A block of nothing but continued
    border around it makes that border the same for the copy as it is for the photo.
    """
    height, width = pixels.shape[:2]
    block = int(sigma / _SMALL)
    right, bottom = block + -width % block, block + -height % block
    wide = cv2.copyMakeBorder(pixels, block, bottom, block, right, cv2.BORDER_REPLICATE)
    size = wide.shape[1] // block, wide.shape[0] // block
    means = cv2.resize(wide.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    own = (1 - block**-2) / 12 + 1 / 6  # variances of a block and of lines, in blocks squared
    small = _plain(means, math.sqrt((sigma / block) ** 2 - own))
    large = cv2.resize(small, wide.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return large[block : block + height, block : block + width].astype(np.float32, copy=False)
