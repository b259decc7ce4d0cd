"""Turning a face upright and to one size by its landmarks."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..photo import Pixels


def similarity_transform(source: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Return the rotation, scale and shift that best takes `source` to `target`.

    Least squares in closed form (Umeyama: Least-squares estimation of transformation
    parameters between two point patterns, PAMI 1991), in the plane, without mirroring.

    Args:
        source: `(P, 2)`, at least two different points.
        target: `(P, 2)`.

    Returns:
        `(2, 3)`, float64, as `cv2.warpAffine` takes it.

    Raises:
        ValueError: the source points are all the same.
    """
    a, b = (np.asarray(points, np.float64) for points in (source, target))
    centre_a, centre_b = a.mean(0), b.mean(0)
    a, b = a - centre_a, b - centre_b
    spread = (a**2).sum()
    if not spread > 0:
        raise ValueError("alignment needs at least two different points, all are the same")
    cosine = (a * b).sum() / spread  # scale * cos(angle)
    sine = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / spread
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([turn, centre_b - turn @ centre_a])


def aligned(pixels: Pixels, transform: NDArray[np.float64], size: int) -> Pixels:
    """Cut a square out of a photo through a similarity transform.

    Pixels beyond the photo repeat its border: black padding would draw the outline of the
    photo into the chip, and a recognizer sees that outline even where nothing else is left.
    Photos more than twice as fine as the chip are halved first, so that nothing aliases.

    Args:
        pixels: `(H, W, 3)`, uint8.
        transform: `(2, 3)`, from photo to chip.
        size: side of the chip in pixels.

    Returns:
        `(size, size, 3)`, uint8.
    """
    transform = transform.copy()
    while np.hypot(*transform[:, 0]) < 0.5 and min(pixels.shape[:2]) > 1:
        pixels = _uint8(cv2.pyrDown(pixels, borderType=cv2.BORDER_REPLICATE))
        transform[:, :2] *= 2  # pyrDown keeps the centre of the first pixel in place
    way, border = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    return _uint8(cv2.warpAffine(pixels, transform, (size, size), flags=way, borderMode=border))


def centre_crop(pixels: Pixels, size: int) -> Pixels:
    """Return the largest square in the middle of a photo, resized to `size`.

    Args:
        pixels: `(H, W, 3)`, uint8.
        size: side of the chip in pixels.
    """
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side]
    way = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return _uint8(cv2.resize(square, (size, size), interpolation=way))


def _uint8(pixels: NDArray[Any]) -> Pixels:
    """Tell type checkers what OpenCV's types leave open."""
    return pixels.astype(np.uint8, copy=False)
