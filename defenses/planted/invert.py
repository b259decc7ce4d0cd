"""Colour inversion: a picture that looks different and hides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Invert(Defense):
    """Replace each value by 255 minus itself: a photographic negative.

    A diagnostic: every bit of the photo is still there. An attacker that knows the defense
    must name people about as well as without it; a face model that does not, may fail.

    Args:
        mirror: also swap left and right.

    Example:
        >>> photo = Photo(np.array([[[0, 0, 0], [9, 9, 9]]], np.uint8), faces=())
        >>> Invert(mirror=True)(photo).photo.pixels[0, :, 0].tolist()
        [246, 255]
    """

    mirror: bool = False
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.mirror, bool):
            raise TypeError(f"mirror must be true or false, got {self.mirror!r}")

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the negative."""
        pixels = photo.pixels[:, ::-1] if self.mirror else photo.pixels
        return 255 - pixels
