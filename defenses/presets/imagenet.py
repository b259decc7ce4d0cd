"""The blur of ImageNet's faces, and what img2dataset made of it.

`imagenet` is `experiments/blurring.py` of
<https://github.com/princetonvisualai/imagenet-face-obfuscation> (BSD-2-Clause), the code of K.
Yang, J. Yau, L. Fei-Fei, J. Deng, O. Russakovsky: A Study of Face Obfuscation in ImageNet, ICML
2022. With d the longer side of the largest face in the photo, the whole photo is blurred by a
Gaussian with a standard deviation of d / 10 and shows through a mask, blurred alike, of all
boxes, each widened by a tenth of its own longer side at each end.

`img2dataset` is `img2dataset/blurrer.py` of img2dataset 1.47.0 (MIT licence,
<https://github.com/rom1504/img2dataset>), which says that it does the same, and did so until
1.45.0. Since 1.46.0 it names only a kernel of 2 ceil(d / 10) + 1 pixels, for which OpenCV
chooses a standard deviation of 0.3 (ceil(d / 10) - 1) + 0.8: three hundredths of the face and
not ten. It rounds down, and never reaches the last row and column.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ..photo import Pixels
from .tool import Box, Made, inside, unmasked

SHARE = 0.1  # of the longer side: standard deviation, and widening


def imagenet(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur through a soft mask by a tenth of the largest face."""
    photo = Image.fromarray(pixels)
    keep = Image.new("L", photo.size, 255)
    draw, largest = ImageDraw.Draw(keep), 0.0
    for x, y, w, h in boxes:
        longer = max(w, h)
        largest, more = max(largest, longer), SHARE * longer
        draw.rectangle([x - more, y - more, x + w + more, y + h + more], fill=0)
    blur = ImageFilter.GaussianBlur(SHARE * largest)
    keep = keep.filter(blur)
    made = Image.composite(photo, photo.filter(blur), keep)
    mask = 1 - np.asarray(keep, np.float32) / np.float32(255)
    return Made(np.asarray(made), mask.astype(np.float32))


def img2dataset(pixels: Pixels, boxes: Sequence[Box]) -> Made:
    """Blur through a soft mask, as img2dataset has done since 1.46.0."""
    height, width = pixels.shape[:2]
    mask, largest = unmasked(pixels), 0
    for box in boxes:
        left, top, right, bottom = inside(box, pixels)
        longer = max(right - left, bottom - top)
        largest, more = max(largest, longer), SHARE * longer
        # in this order: fractions are dropped towards 0, then the border cuts
        rows = slice(max(0, int(top - more)), min(height - 1, int(bottom + more)))
        columns = slice(max(0, int(left - more)), min(width - 1, int(right + more)))
        mask[rows, columns] = 1
    kernel = max(3, 2 * int(np.ceil(SHARE * largest)) + 1)
    clean = pixels.astype(np.float32) / 255
    blurred = cv2.GaussianBlur(clean, (kernel, kernel), 0)
    mask = np.asarray(cv2.GaussianBlur(mask, (kernel, kernel), 0), np.float32)
    share = mask[..., None]
    made = ((clean * (1 - share) + blurred * share) * np.float32(255)).astype(np.uint8)
    return Made(np.where(share > 0, made, pixels), mask)
