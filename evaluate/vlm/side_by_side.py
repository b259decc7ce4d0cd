"""Two pictures in one, for models that take a single one."""

from __future__ import annotations

import cv2
import numpy as np

from unmask.defenses.photo import Pixels

GREY = 128


def side_by_side(left: Pixels, right: Pixels) -> Pixels:
    """Return both pictures beside each other, with a white border between them.

    The lower one is enlarged to the height of the other, and grey above and below makes the
    whole a square: many models cut a square out of the middle of a picture, or squeeze it into
    one, and would lose or bend the faces.
    """
    height = max(left.shape[0], right.shape[0])
    border = np.full((height, max(2, height // 16), 3), 255, np.uint8)
    both = np.concatenate([_of_height(left, height), border, _of_height(right, height)], 1)
    side = max(both.shape[:2])
    square = np.full((side, side, 3), GREY, np.uint8)
    top, start = (side - both.shape[0]) // 2, (side - both.shape[1]) // 2
    square[top : top + both.shape[0], start : start + both.shape[1]] = both
    return square


def _of_height(picture: Pixels, height: int) -> Pixels:
    if picture.shape[0] == height:
        return picture
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC))
