"""The face stirred round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from skimage.transform import swirl

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Swirl(Defense):
    """Turn the pixels about the middle of the face, the more the nearer they are to it.

    A diagnostic: to the eye the face is gone, but every part of it has only changed its place,
    for anybody to stir back. The police did so in 2007 with photos of Christopher Neil ("Mr
    Swirl"). An evaluation that calls this private never undoes a distortion.

    Args:
        turns: of the middle, 0 to 4.

    Example:
        >>> photo = Photo(np.full((6, 6, 3), 9, np.uint8), faces=())
        >>> np.unique(Swirl()(photo).photo.pixels).tolist()
        [9]
    """

    turns: float = 1.0
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("turns", 0, 4)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the stirred photo."""
        height, width = photo.pixels.shape[:2]
        middle, radius = (width / 2, height / 2), min(height, width) / 2
        if photo.face:
            x, y, w, h = photo.face.box
            middle, radius = (x + w / 2, y + h / 2), 0.8 * max(w, h)
        made = swirl(
            photo.pixels, middle, 2 * np.pi * self.turns, radius,
            order=1, mode="edge", preserve_range=True,
        )  # fmt: skip
        return np.asarray(np.rint(made).clip(0, 255), np.uint8)
