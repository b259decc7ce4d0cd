"""Black and white specks all over a photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Speckle(Defense):
    """Paint single pixels black or white, drawn for each photo.

    A diagnostic: face models and averages are lost among the specks, and the median of a pixel
    and its neighbours takes nearly all of them away. An evaluation that calls this private
    never cleans a photo.

    Args:
        share: of the pixels, 0 to 0.5.

    Example:
        >>> photo = Photo(np.full((20, 20, 3), 9, np.uint8), faces=())
        >>> np.unique(Speckle()(photo).photo.pixels).tolist()
        [0, 9, 255]
    """

    share: float = 0.25
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    random: ClassVar = True
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("share", 0, 0.5)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the photo with specks."""
        drawn = rng.random(photo.pixels.shape[:2])
        made = photo.pixels.copy()
        made[drawn < self.share] = 0
        made[drawn < self.share / 2] = 255
        return made
