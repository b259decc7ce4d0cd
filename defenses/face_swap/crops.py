"""What the face-swap model sees: upright crops of one size, and maps of the landmarks."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..faces.align import aligned, similarity_transform
from ..photo import Pixels, Points

SIZE = 96  # side of a crop in pixels
EYES = 25.0  # distance of the eye centres in a crop, in pixels
_MIDDLE = (48.0, 43.0)  # between the eyes
_ARCFACE = (  # usual places of eye centres, tip of the nose and corners of the mouth
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
MAPS = 3  # outline, eyes, mouth
_DOT = 3 / 512  # radius of a landmark's dot, in sides of the picture
_OUTLINE = (
    range(17),  # jaw
    range(17, 22),  # brows
    range(22, 27),
    range(27, 31),  # bridge of the nose
    range(31, 36),  # base of the nose
)


def template() -> NDArray[np.float64]:
    """Return where the five points of `five_of` lie in a crop, `(5, 2)`, float64."""
    points = np.array(_ARCFACE)
    eyes = points[:2].mean(0)
    scale = EYES / float(np.hypot(*(points[1] - points[0])))
    return np.asarray((points - eyes) * scale + _MIDDLE)


def five_of(points: Points) -> NDArray[np.float64]:
    """Return eye centres, tip of the nose and corners of the mouth of the 68 points."""
    eyes = [points[36:42].mean(0), points[42:48].mean(0)]
    return np.stack([*eyes, *points[[30, 48, 54]]]).astype(np.float64)


def crop_transform(points: Points) -> NDArray[np.float64]:
    """Return the similarity from photo to crop, `(2, 3)`, float64.

    Args:
        points: `(68, 2)`, the landmarks in pixels of the photo.
    """
    return similarity_transform(five_of(points), template())


def crop(pixels: Pixels, transform: NDArray[np.float64], size: int = SIZE) -> Pixels:
    """Cut out an upright face; it is drawn twice as large and averaged, against aliasing.

    Args:
        pixels: `(H, W, 3)`, uint8.
        transform: `(2, 3)`, from photo to crop.
        size: side of the crop in pixels.

    Returns:
        `(size, size, 3)`, uint8.
    """
    large = aligned(pixels, enlarged(transform, 2.0), 2 * size)
    small = cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def enlarged(transform: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Return a transform to a crop `scale` times as large, keeping corners at corners."""
    result = transform * scale
    result[:, 2] += (scale - 1) / 2
    return result


def moved(points: Points, transform: NDArray[np.float64]) -> Points:
    """Return points through a transform, `(P, 2)`, float32."""
    return np.asarray(points @ transform[:, :2].T + transform[:, 2], np.float32)


def landmark_maps(points: Points, size: int = SIZE) -> NDArray[np.uint8]:
    """Draw the 68 points as lines and areas: the pose and expression that are kept.

    Args:
        points: `(68, 2)`, in pixels of the crop.
        size: side of the crop in pixels.

    Returns:
        `(3, size, size)`, uint8, 0 to 255: outline (jaw, brows, nose), eyes (open part
        filled), mouth (lips filled, opening half bright).
    """
    maps = np.zeros((MAPS, size, size), np.uint8)
    fixed = np.round(np.clip(points, -size, 2 * size) * 16).astype(np.int32)
    for line in _OUTLINE:
        _line(maps[0], fixed[list(line)], closed=False)
    for first in (36, 42):
        _area(maps[1], fixed[first : first + 6], 128)
        _line(maps[1], fixed[first : first + 6], closed=True)
    _area(maps[2], fixed[48:60], 255)
    _area(maps[2], fixed[60:68], 96)
    _line(maps[2], fixed[48:60], closed=True)
    return maps


def landmark_dots(points: Points, side: int) -> NDArray[np.uint8]:
    """Draw landmarks as OpenPose draws a face: white dots on black, eye centres as pupils.

    Args:
        points: `(68, 2)`, in pixels of the picture.
        side: of the picture.

    Returns:
        `(side, side, 3)`, uint8.
    """
    picture = np.zeros((side, side, 3), np.uint8)
    radius = max(1.0, _DOT * side)
    for x, y in np.clip([*points, *five_of(points)[:2]], -side, 2 * side):
        centre = (round(float(x) * 16), round(float(y) * 16))
        cv2.circle(picture, centre, round(radius * 16), (255, 255, 255), -1, cv2.LINE_AA, 4)
    return picture


def _line(picture: NDArray[np.uint8], points: NDArray[np.int32], *, closed: bool) -> None:
    cv2.polylines(picture, [points], closed, 255, 1, cv2.LINE_AA, 4)


def _area(picture: NDArray[np.uint8], points: NDArray[np.int32], level: int) -> None:
    cv2.fillPoly(picture, [points], level, cv2.LINE_AA, 4)
