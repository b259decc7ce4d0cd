"""The black bar over the eyes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class EyeBar(Defense):
    """Cover the eyes with a black bar, tilted as they are.

    The usual thing in newspapers and case reports, and long known to fail: E. Newton,
    L. Sweeney, B. Malin: Preserving Privacy by De-identifying Face Images, IEEE TKDE 2005.
    The strength is `margin`, how far the bar is widened on each side. Where the eyes are not
    known, the bar is an upright band at their usual height.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> EyeBar()(photo).photo.pixels[[16, 35], 15, 0].tolist()
        [0, 9]
    """

    region: str = field(default="eyes", kw_only=True)
    margin: float = field(default=0.0, kw_only=True)
    space: ClassVar = {"margin": Range(0.0, 0.2)}

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return black."""
        return np.zeros_like(photo.pixels)
