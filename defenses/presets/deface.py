"""deface 1.5.0: box blur in an ellipse, or on request a mosaic or a black box.

MIT licence, <https://github.com/ORB-HD/deface>; read in `deface/deface.py` of the wheel. Its
options stay at their defaults: `--mask-scale 1.3`, `--replacewith blur`, `--mosaicsize 20`,
ellipses. Boxes come from CenterFace there (`--detector centerface` here). Three things that its
options do not tell:

- `--mask-scale 1.3` widens a box by 0.3 of its side at *each* end, so to 1.6 of it;
- the last row and column of a photo are never reached by `blur`;
- a block of `mosaic` is not the mean of its pixels but the colour of its first, and it is 20
  pixels wide whatever the face; and `solid` is a box, also where ellipses are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from skimage.draw import ellipse

from ..photo import Pixels
from .tool import Box, Made, unmasked

SCALE = 1.3
FACTOR = 2  # the kernel is a box of this part of the outline's sides
BLOCK = 20  # pixels


def deface(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur by a box of half the outline's sides, in the ellipse that the outline holds."""
    made, mask = pixels.copy(), unmasked(pixels)
    for left, top, right, bottom in _outlines(pixels, boxes):
        width, height = right - left, bottom - top
        there = slice(top, bottom), slice(left, right)
        blurred = cv2.blur(made[there], (max(1, width // FACTOR), max(1, height // FACTOR)))
        if min(width, height) > 1:  # else there is no ellipse
            rows, columns = ellipse(height // 2, width // 2, height // 2, width // 2)
            made[there][rows, columns] = blurred[rows, columns]
            mask[there][rows, columns] = 1
    return Made(made, mask)


def mosaic(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Paint blocks of 20 pixels in the colour of their first pixel."""
    made, mask = pixels.copy(), unmasked(pixels)
    for left, top, right, bottom in _outlines(pixels, boxes):
        for y in range(top, bottom, BLOCK):
            for x in range(left, right, BLOCK):
                block = (
                    slice(y, min(bottom, y + BLOCK - 1) + 1),
                    slice(x, min(right, x + BLOCK - 1) + 1),
                )
                made[block] = made[y, x].copy()
                mask[block] = 1
    return Made(made, mask)


def solid(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Paint the outline black."""
    made, mask = pixels.copy(), unmasked(pixels)
    for left, top, right, bottom in _outlines(pixels, boxes):
        made[top : bottom + 1, left : right + 1] = 0
        mask[top : bottom + 1, left : right + 1] = 1
    return Made(made, mask)


def _outlines(pixels: Pixels, boxes: Sequence[Box]) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, right, bottom of each widened box, within all but the last pixels."""
    height, width = pixels.shape[:2]
    for x, y, w, h in boxes:
        x1, y1, x2, y2 = int(x), int(y), int(x + w), int(y + h)
        across, down = (x2 - x1) * (SCALE - 1.0), (y2 - y1) * (SCALE - 1.0)
        left, right = np.round([x1 - across, x2 + across]).astype(int)
        top, bottom = np.round([y1 - down, y2 + down]).astype(int)
        left, top = max(0, left), max(0, top)
        right, bottom = min(width - 1, right), min(height - 1, bottom)
        if left < right and top < bottom:
            yield int(left), int(top), int(right), int(bottom)
