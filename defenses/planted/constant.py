"""One colour over everything: the planted absence of information."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Constant(Defense):
    """Paint the whole photo in one grey, so that nothing of it is left but its size.

    A diagnostic: an attacker that does better than chance here reads something that is
    not in the pixels (size, order, file name), and its other figures are worth nothing.

    Args:
        level: the grey, 0 (black) to 255 (white).

    Example:
        >>> photo = Photo(np.zeros((2, 2, 3), np.uint8), faces=())
        >>> np.unique(Constant(level=7)(photo).photo.pixels).tolist()
        [7]
    """

    level: int = 128
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("level", 0, 255, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return one grey."""
        return np.full_like(photo.pixels, self.level)
