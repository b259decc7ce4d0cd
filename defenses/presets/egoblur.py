"""EgoBlur 2.0.0: a box blur with a kernel of half the picture, in an ellipse.

Apache-2.0, <https://github.com/facebookresearch/EgoBlur>; read in
`gen2/script/demo_ego_blur_gen2.py`, whose `visualize` is that of the first generation (N. Raina
et al.: EgoBlur: Responsible Innovation in Aria, 2023, arXiv 2308.13093).
`--scale_factor_detections` stays at 1. Boxes come from its own detector.

The kernel is half the height of the *picture* wide and half its width high (in this order), but
it sees only the box, mirrored at its edges. A face that is small in its picture becomes one
colour; one that fills it is blurred by half its side. Pixels outside the ellipse, the corners of
the box, stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..photo import Pixels
from .tool import Box, Made, inside


def egoblur(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur each box by half the picture, and show that in the ellipse of the box."""
    height, width = pixels.shape[:2]
    kernel = max(1, height // 2), max(1, width // 2)
    blurred, mask = pixels.copy(), np.zeros((height, width), np.uint8)
    for box in boxes:
        left, top, right, bottom = inside(box, pixels)
        there = slice(top, bottom), slice(left, right)
        if blurred[there].size:
            blurred[there] = cv2.blur(blurred[there], kernel)
            middle = (left + right) // 2, (top + bottom) // 2
            cv2.ellipse(mask, (middle, (right - left, bottom - top), 0), 255, -1)
    seen = mask > 0
    return Made(np.where(seen[..., None], blurred, pixels), seen.astype(np.float32))
