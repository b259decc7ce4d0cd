"""Which pixels a defense may change."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Face, Points

REGIONS = ("box", "ellipse", "hull", "eyes", "head", "image")


def region_mask(
    shape: tuple[int, int],
    face: Face | None,
    kind: str,
    *,
    margin: float = 0.0,
    feather: float = 0.0,
) -> NDArray[np.float32]:
    """Draw the region of one face.

    Args:
        shape: height and width of the photo.
        face: the face; may be None for `image` only. Where landmarks are unknown, `hull`
            is the ellipse and `eyes` a band at the usual height: larger, never smaller.
        kind: one of `REGIONS`.
        margin: widening on each side, share of the face width.
        feather: soft border added outside, share of the face width.

    Returns:
        `(H, W)`, float32: 1 inside, falling to 0 over the feather, 0 outside.
    """
    if kind == "image":
        return np.ones(shape, np.float32)
    if face is None:
        raise ValueError(f"region '{kind}' needs a face")
    mask = np.zeros(shape, np.uint8)
    _draw(mask, face, kind, margin * face.width)
    soft = feather * face.width
    if soft < 1:
        return mask.astype(np.float32)
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    share: NDArray[np.float32] = np.clip(1 - outside / soft, 0, 1).astype(np.float32)
    return share


def bounds(mask: NDArray[np.float32], *, around: float = 0.0) -> tuple[slice, slice]:
    """Return rows and columns of the smallest box around `mask > 0`, `around` pixels wider."""
    sides = []
    for axis in (1, 0):
        used = np.flatnonzero(mask.any(axis=axis))
        start, stop = (used[0], used[-1] + 1) if used.size else (0, 1)
        extra, length = round(around), mask.shape[1 - axis]
        sides.append(slice(max(0, int(start) - extra), min(length, int(stop) + extra)))
    return sides[0], sides[1]


def _draw(mask: NDArray[np.uint8], face: Face, kind: str, margin: float) -> None:
    x, y, w, h = face.box
    if kind == "head":  # hair, ears and chin
        x, y, w, h = x - 0.3 * w, y - 0.45 * h, 1.6 * w, 1.65 * h
    if kind in ("box", "head"):
        rows = slice(max(0, round(y - margin)), max(0, round(y + h + margin)))
        columns = slice(max(0, round(x - margin)), max(0, round(x + w + margin)))
        mask[rows, columns] = 1
    elif kind == "hull" and face.points is not None:
        _polygon(mask, _with_forehead(face.points), margin)
    elif kind == "eyes":
        _polygon(mask, _eye_band(face), margin)
    else:
        grow = _stretch(face)
        half = (max(0.5, w / 2 * grow + margin), max(0.5, h / 2 * grow + margin))
        _ellipse(mask, (x + w / 2, y + h / 2), half)


def _ellipse(
    mask: NDArray[np.uint8], centre: tuple[float, float], half: tuple[float, float]
) -> None:
    """Fill an upright ellipse: every pixel whose middle lies in it."""
    columns, rows = (
        np.arange(max(0, math.floor(c - r)), max(0, min(length, math.ceil(c + r))))
        for c, r, length in zip(centre, half, reversed(mask.shape), strict=True)
    )
    if columns.size and rows.size:
        across = ((columns + 0.5 - centre[0]) / half[0]) ** 2
        down = ((rows + 0.5 - centre[1]) / half[1]) ** 2
        mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = across + down[:, None] <= 1


def _stretch(face: Face) -> float:
    """Return how much the ellipse in the box must grow to hold all landmarks, 1 to 1.4."""
    if face.points is None:
        return 1.1
    x, y, w, h = face.box
    centred = (face.points - (x + w / 2, y + h / 2)) / (w / 2, h / 2)
    return float(np.clip(np.hypot(*centred.T).max(), 1.0, 1.4))


def _with_forehead(points: Points) -> Points:
    """Add a forehead: it is as high as the part from the brows to the base of the nose."""
    brows = points[17:27]
    middle = brows.mean(0)
    hairline = middle + 0.8 * (brows - middle) + 0.9 * (middle - points[33])
    return np.concatenate([points, hairline]).astype(np.float32)


def _eye_band(face: Face) -> Points:
    """Return the corners of a band over both eyes and the brows."""
    x, y, w, h = face.box
    if face.five is None:
        rows = y + 0.2 * h, y + 0.57 * h
        return np.array([(a, b) for a in (x, x + w) for b in rows], np.float32)
    right, left = face.five[:2].mean(0), face.five[2:4].mean(0)
    distance = max(float(np.hypot(*(right - left))), 1.0)
    along = (right - left) / distance
    down = np.array([-along[1], along[0]])
    unit = max(distance, 0.4 * w)  # on a turned head the eyes are nearer than the band is wide
    ends = (left - 0.6 * unit * along, right + 0.6 * unit * along)
    return np.array([e + s * unit * down for e in ends for s in (-0.48, 0.36)], np.float32)


def _polygon(mask: NDArray[np.uint8], points: Points, margin: float) -> None:
    outline = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, outline, 1)
    if margin:
        size = 2 * round(abs(margin)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask[:] = (cv2.dilate if margin > 0 else cv2.erode)(mask, kernel)
