"""Masking: nothing of the region is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Choice, Range

FILLS = ("mean", "grey", "black", "noise")


@dataclass(frozen=True)
class Mask(Defense):
    """Paint the region over.

    A black box is what the tool `deface` calls `solid` (`preset:deface-solid`; it is 60 % wider
    and higher), and a painted box is the `overlay` of K. Yang et al.: A Study of Face Obfuscation
    in ImageNet, ICML 2022. What no mask hides is what lies outside of it: hair,
    clothes, surroundings, and where the face is and how large.

    Args:
        fill: `black`; `grey` (128); `noise` (a random grey for each pixel, of the seed
            alone); `mean`, one colour averaged over the region, which thereby tells the
            colour of the skin and how bright the photo is.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> int(Mask()(photo).photo.pixels[20, 15, 0])
        0
    """

    fill: str = "black"
    needs_face: ClassVar = False
    random: ClassVar = True  # fill=noise
    space: ClassVar = {"margin": Range(0.0, 0.5), "fill": Choice(FILLS)}

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fill not in FILLS:
            raise ValueError(f"fill must be one of {', '.join(FILLS)}, got '{self.fill}'")

    @property
    def draws(self) -> bool:
        """Only noise depends on the seed."""
        return self.fill == "noise"

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the fill."""
        if self.fill == "noise":
            greys = rng.integers(0, 256, photo.pixels.shape[:2], np.uint8)
            return greys[..., None].repeat(3, 2)
        if self.fill == "mean":
            inside = self.mask_of(photo) > 0
            colour = photo.pixels[inside].mean(0) if inside.any() else np.zeros(3)
        else:
            colour = np.full(3, 128 if self.fill == "grey" else 0)
        return np.broadcast_to(np.rint(colour).astype(np.uint8), photo.pixels.shape)
