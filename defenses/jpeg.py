"""JPEG compression."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from PIL import Image

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class Jpeg(Defense):
    """Compress the whole photo as JPEG and read it back.

    Nobody's defense, but what uploading does to a photo, and the yardstick for the loss that
    comes from a codec alone. 75 is the default of Pillow and libjpeg. The grid is one of 8x8
    pixels (16x16 for colour): the only strength here that does not grow with the face.

    Args:
        quality: 1 to 95. Lower hides more.

    Example:
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=())
        >>> Jpeg()(photo).photo.pixels.shape
        (40, 30, 3)
    """

    quality: int = 75
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    space: ClassVar = {"quality": Range(75, 1, log=True, integer=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("quality", 1, 95, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return what is left after compression."""
        file = io.BytesIO()
        Image.fromarray(photo.pixels).save(file, "JPEG", quality=self.quality)
        with Image.open(file) as read:
            return np.asarray(read.convert("RGB"))
