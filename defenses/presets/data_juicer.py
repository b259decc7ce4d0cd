"""Data-Juicer 1.6.1, `image_face_blur_mapper`: two pixels of blur, whatever the face.

Apache-2.0, <https://github.com/datajuicer/data-juicer>; read in
`data_juicer/ops/mapper/image_face_blur_mapper.py` of the wheel `py-data-juicer`. The defaults
are `blur_type="gaussian"` and `radius=2`, Pillow's standard deviation in pixels. Each box is cut
out and blurred for itself, so that nothing from outside bleeds in. Boxes come from OpenCV's
`haarcascade_frontalface_alt` there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from ..photo import Pixels
from .tool import Box, Made, inside, unmasked

RADIUS = 2  # pixels


def data_juicer(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur each box by a Gaussian of two pixels."""
    made, mask = pixels.copy(), unmasked(pixels)
    for box in boxes:
        left, top, right, bottom = inside(box, pixels)
        there = slice(top, bottom), slice(left, right)
        if mask[there].size:
            cut = Image.fromarray(pixels[there])
            made[there] = np.asarray(cut.filter(ImageFilter.GaussianBlur(RADIUS)))
            mask[there] = 1
    return Made(made, mask)
