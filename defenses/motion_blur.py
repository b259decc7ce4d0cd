"""Motion blur along a straight line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class MotionBlur(Defense):
    """Average each pixel along a line, as if the camera had moved.

    Not a tool's idea of privacy but what dash cams and robots record, and a blur whose
    inverse is well known; the default length is the same share of the face as the standard
    deviation of `gaussian_blur`, and hides less.

    Args:
        length: length of the line, share of the face width, above 0 to 2.
        angle: direction of the line in degrees, 0 is horizontal, 90 is vertical.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> MotionBlur()(photo).outcome
        'unchanged'
    """

    length: float = 0.13
    angle: float = 0.0
    space: ClassVar = {"length": Range(0.01, 0.3, log=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("length", 1e-4, 2)
        self.check("angle", -360, 360)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the blurred cut-out."""
        kernel = line(self.length * photo.face_width, self.angle)
        blurred = cv2.filter2D(
            photo.pixels.astype(np.float32), -1, kernel, borderType=cv2.BORDER_REPLICATE
        )
        return np.rint(blurred).clip(0, 255).astype(np.uint8)


def line(length: float, angle: float) -> NDArray[np.float32]:
    """Draw a line of unit sum, exact to a fraction of a pixel.

    Args:
        length: in pixels.
        angle: in degrees, counter-clockwise from horizontal.

    Returns:
        `(S, S)`, float32, S odd, symmetric around its centre.
    """
    steps = max(65, 16 * math.ceil(length) + 1)
    along = ((np.arange(steps) + 0.5) / steps - 0.5) * length
    reach = math.ceil(length / 2) + 1
    turn = math.radians(angle)
    x, y = reach + along * math.cos(turn), reach - along * math.sin(turn)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    kernel = np.zeros((2 * reach + 2, 2 * reach + 2))
    for dx in (0, 1):  # each step is shared out among its four pixels
        for dy in (0, 1):
            share = (1 - np.abs(x - left - dx)) * (1 - np.abs(y - top - dy))
            np.add.at(kernel, (top + dy, left + dx), share)
    kernel = kernel[:-1, :-1] / steps
    return ((kernel + kernel[::-1, ::-1]) / 2).astype(np.float32)
