"""A fixed shuffle of all pixels: unreadable to the eye and to face models, yet no defense."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Permute(Defense):
    """Move each pixel of the photo to another place, by one fixed secret order.

    Photos of one size are all shuffled alike, whatever the seed of the run. A diagnostic: a
    pretrained recognizer sees noise, while whatever compares pixel by pixel sees the photos
    as before, because a permutation keeps all distances between them. An evaluation that
    calls this private lacks an informed attacker.

    Args:
        key: the secret, 0 to 2**32 - 1; another key gives another order.

    Example:
        >>> photo = Photo(np.arange(24, dtype=np.uint8).reshape(4, 2, 3), faces=())
        >>> sorted(Permute()(photo).photo.pixels.ravel().tolist()) == list(range(24))
        True
    """

    key: int = 0
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("key", 0, 2**32 - 1, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the pixels in their new places."""
        height, width = photo.pixels.shape[:2]
        order = np.random.default_rng([self.key, height, width]).permutation(height * width)
        return photo.pixels.reshape(-1, 3)[order].reshape(photo.pixels.shape)
