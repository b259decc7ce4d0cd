"""Additive Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class Noise(Defense):
    """Add Gaussian noise to each value and clip to 0-255.

    Each channel gets noise of its own, but a grey photo one for all three: else its colours
    would give the noise away, and averaging them would weaken it. Noise of single pixels
    hides little of a large face, because whoever shrinks the photo averages it away. No tool
    has a default to follow; 0.3 is well beyond any camera's noise.

    Args:
        sigma: standard deviation, share of 255, 0 to 10.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> Noise()(photo).outcome
        'defended'
    """

    sigma: float = 0.3
    needs_face: ClassVar = False
    random: ClassVar = True
    space: ClassVar = {"sigma": Range(0.02, 1.0, log=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("sigma", 0, 10)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the cut-out plus noise."""
        channels = 1 if photo.is_grey else 3
        drawn = rng.standard_normal((*photo.pixels.shape[:2], channels), np.float32)
        noisy = photo.pixels + np.float32(255 * self.sigma) * drawn
        return np.rint(noisy).clip(0, 255).astype(np.uint8)
