"""The base of all ways to undo a defense, and how much of the picture one wins back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from unmask.defenses import Photo
from unmask.defenses.photo import Pixels

LEAST_SSIM_LOST = 1e-3  # less than this, and "won back" is a quotient of nothing


class Restorer(ABC):
    """Something that learns from pairs how to turn defended photos into clean ones."""

    @abstractmethod
    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn from pairs: the same photos, in the same order, before and after."""

    @abstractmethod
    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Return the photos with restored pixels, of the same shape; all else is kept.

        A photo of a kind that was not learned stays as it is: it stops nobody.
        """


def face_window(photo: Photo, side: float) -> tuple[slice, slice]:
    """Return rows and columns of a square around the face, cut off at the border.

    Args:
        photo: the photo; without a face the whole of it is meant.
        side: side of the square in face widths.
    """
    height, width = photo.pixels.shape[:2]
    if photo.face is None:
        return slice(0, height), slice(0, width)
    x, y, w, h = photo.face.box
    reach = side * w / 2
    top, bottom = _inside(y + h / 2, reach, height)
    left, right = _inside(x + w / 2, reach, width)
    return slice(top, bottom), slice(left, right)


def _inside(middle: float, reach: float, length: int) -> tuple[int, int]:
    start = min(max(round(middle - reach), 0), max(length - 8, 0))
    return start, max(min(round(middle + reach), length), min(start + 8, length))


def ssim_won(
    clean: Sequence[Photo], defended: Sequence[Photo], restored: Sequence[Photo]
) -> float:
    """Return which share of the SSIM that the defense took was won back.

    SSIM on grey, in a square of 1.4 face widths around the face (Wang, Bovik, Sheikh and
    Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity",
    IEEE TIP 2004). 1 is all of it, 0 nothing, below 0 worse than before. NaN if nothing
    was lost.
    """
    lost = 1 - mean_ssim(clean, defended)
    if lost < LEAST_SSIM_LOST:
        return float("nan")
    return 1 - (1 - mean_ssim(clean, restored)) / lost


def mean_ssim(clean: Sequence[Photo], other: Sequence[Photo]) -> float:
    """Return the mean SSIM of faces, as `ssim_won` counts it."""
    return float(np.mean([_ssim_of(a, b) for a, b in zip(clean, other, strict=True)]))


def _ssim_of(clean: Photo, other: Photo) -> float:
    rows, columns = face_window(clean, 1.4)
    a, b = (
        cv2.cvtColor(np.ascontiguousarray(photo.pixels[rows, columns]), cv2.COLOR_RGB2GRAY)
        for photo in (clean, other)
    )
    return float(structural_similarity(a, b, data_range=255))


def strip(clean: Photo, defended: Photo, restored: Photo, *, height: int = 160) -> Pixels:
    """Return the faces of one photo before, after and restored, side by side.

    Args:
        clean: the photo; its face says what is cut out.
        defended: the same photo, defended.
        restored: the same photo, restored.
        height: of the strip in pixels.

    Returns:
        `(height, 3 * height, 3)` for a face well inside its photo, uint8.
    """
    rows, columns = face_window(clean, 1.6)
    tiles = [photo.pixels[rows, columns] for photo in (clean, defended, restored)]
    width = max(1, round(height * tiles[0].shape[1] / tiles[0].shape[0]))
    scaled = [cv2.resize(t, (width, height), interpolation=cv2.INTER_CUBIC) for t in tiles]
    joined: NDArray[np.uint8] = np.concatenate(scaled, 1)
    return joined
