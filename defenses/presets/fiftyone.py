"""FiftyOne's anonymization plug-in 1.0.0: stack blur by at most 101 pixels.

MIT licence, <https://github.com/swheaton/fiftyone-media-anonymization-plugin>
(`@swheaton/anonymize`), read in its `__init__.py`: the operator `blur_objects` always takes
"stack", that is OpenCV's `stackBlur` in the box, whose weights fall in a straight line from the
middle, with a kernel of twice the shorter side plus one, but never more than 101 pixels. So
small faces are gone, and the larger a face, the more is left of it. Boxes are those of any field
of the dataset.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2

from ..photo import Pixels
from .tool import Box, Made, inside, unmasked

WIDEST = 101  # pixels


def fiftyone(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur each box by a kernel of twice its shorter side, at most 101 pixels."""
    made, mask = pixels.copy(), unmasked(pixels)
    for box in boxes:
        left, top, right, bottom = inside(box, pixels)
        there = slice(top, bottom), slice(left, right)
        if made[there].any():
            kernel = min(WIDEST, 2 * min(right - left, bottom - top) + 1)
            made[there] = cv2.stackBlur(made[there].copy(), (kernel, kernel))
            mask[there] = 1
    return Made(made, mask)
