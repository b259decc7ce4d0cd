"""The photo on its side or upside down, by lot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Turn(Defense):
    """Turn the photo by 90, 180 or 270 degrees, drawn for each photo.

    A photo that is not square is stretched to its old shape afterwards. A diagnostic: all of
    the face is there, and turning the photo back shows it. An evaluation that calls this
    private never tries another way up.

    Example:
        >>> photo = Photo(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), faces=())
        >>> sorted(Turn()(photo).photo.pixels.ravel().tolist()) == list(range(12))
        True
    """

    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    random: ClassVar = True
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the photo turned."""
        turned = np.rot90(photo.pixels, int(rng.integers(1, 4))).copy()
        if turned.shape == photo.pixels.shape:
            return turned
        height, width = photo.pixels.shape[:2]
        return np.asarray(cv2.resize(turned, (width, height)), np.uint8)
