"""sgblur, of the street-level pictures of Panoramax: coarse pixels, then a box blur.

MIT licence, <https://github.com/cquest/sgblur> at commit 00c7eeb (2025); read in
`src/blur/blur.py` and `src/detect/detect.py`. The box is widened to whole blocks of the JPEG
file (16 pixels, as with the usual 4:2:0) and by one or two more. With r a twelfth of its longer
side, rounded down to a multiple of 8 and at least 8, every r-th pixel is kept (no mean: the
nearest), enlarged to r x r again, and blurred over 2 r + 1 pixels.

Shrinking rounds, so what comes back may be some pixels smaller than the box: at the right and at
the bottom up to r / 2 pixels stay as they were. We leave out that the tool saves the blurred
piece twice as JPEG of quality 75; the rest of its picture is not coded anew. Boxes come from its
own YOLO.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from ..photo import Pixels
from .tool import Box, Made, unmasked

BITS = 4  # JPEG's blocks are 2**BITS pixels wide
PARTS = 12


def sgblur(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Make coarse pixels of a twelfth of each widened box, and blur them."""
    made, mask = pixels.copy(), unmasked(pixels)
    height, width = pixels.shape[:2]
    for x, y, w, h in boxes:
        left, top = max(0, _down(int(x))), max(0, _down(int(y)))
        size = (
            min(_down(int(w) + 2 * 2**BITS), width - left),
            min(_down(int(h) + 2 * 2**BITS), height - top),
        )
        if min(size) > 0:
            piece = _coarse(pixels[top : top + size[1], left : left + size[0]])
            there = slice(top, top + piece.shape[0]), slice(left, left + piece.shape[1])
            rows, columns = made[there].shape[:2]  # rounding up may reach over the border
            made[there], mask[there] = piece[:rows, :columns], 1
    return Made(made, mask)


def _coarse(pixels: Pixels) -> Pixels:
    """Keep every r-th pixel, enlarge, blur."""
    r = max(int(max(pixels.shape[:2]) / PARTS) >> 3 << 3, 8)
    size = [max(1, round(length / r)) for length in reversed(pixels.shape[:2])]
    few = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
    wide = few.resize([r * length for length in size], Image.Resampling.NEAREST)
    return np.asarray(wide.filter(ImageFilter.BoxBlur(r)))


def _down(length: int) -> int:
    return length >> BITS << BITS
