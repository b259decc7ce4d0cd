"""Low resolution: shrink and enlarge again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class Downscale(Defense):
    """Shrink the face to a few pixels by area averages and enlarge it smoothly.

    As `pixelate` with the blocks smoothed away; also what a far or cheap camera does. The
    default is the size that the literature calls very low resolution: W. Zou, P. Yuen: Very
    Low Resolution Face Recognition Problem, IEEE TIP 2012. Faces smaller than `side` stay as
    they are.

    Args:
        side: pixels across the face, 1 to 256. Fewer hide more.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> Downscale()(photo).outcome
        'unchanged'
    """

    side: int = 16
    space: ClassVar = {"side": Range(48, 3, log=True, integer=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("side", 1, 256, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the cut-out in low resolution."""
        scale = self.side / photo.face_width
        if scale >= 1:
            return photo.pixels
        height, width = photo.pixels.shape[:2]
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        shrunk = cv2.resize(photo.pixels.astype(np.float32), small, interpolation=cv2.INTER_AREA)
        large = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.rint(large).clip(0, 255).astype(np.uint8)
