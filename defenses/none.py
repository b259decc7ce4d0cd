"""No defense at all: the baseline that every other one is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels


@dataclass(frozen=True)
class None_(Defense):  # noqa: N801 - `None` is taken
    """Leave the photo as it is.

    Example:
        >>> photo = Photo(np.zeros((40, 30, 3), np.uint8), faces=())
        >>> None_()(photo).outcome
        'unchanged'
    """

    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    protects: ClassVar = False
    waived: ClassVar = {"changes_the_photo": "the baseline must not change a pixel"}

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the pixels as they are."""
        return photo.pixels
