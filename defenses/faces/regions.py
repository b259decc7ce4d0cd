"""Which pixels a defense may change."""

from __future__ import annotations

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
        corners = [(x - margin, y - margin), (x + w + margin, y + h + margin)]
        (left, top), (right, bottom) = [(_whole(a), _whole(b)) for a, b in corners]
        cv2.rectangle(mask, (left, top), (right - 1, bottom - 1), 1, cv2.FILLED)
    elif kind == "hull" and face.points is not None:
        _polygon(mask, _with_forehead(face.points), margin)
    elif kind == "eyes":
        _eye_band(mask, face, margin)
    else:
        half = (w / 2 + margin, h / 2 + margin)
        cv2.ellipse(mask, ((x + w / 2, y + h / 2), (2 * half[0], 2 * half[1]), 0.0), 1, -1)


def _with_forehead(points: Points) -> Points:
    """Add a forehead above the brows: as high as brows are above the base of the nose."""
    brows = points[17:27]
    up = brows.mean(0) - points[33]
    return np.concatenate([points, brows + 0.6 * up]).astype(np.float32)


def _eye_band(mask: NDArray[np.uint8], face: Face, margin: float) -> None:
    x, y, w, h = face.box
    if face.five is None:
        band = np.array([(x, y + 0.25 * h), (x + w, y + 0.25 * h), (x + w, y + 0.55 * h)])
        band = np.vstack([band, (x, y + 0.55 * h)])
    else:
        right, left = face.five[:2].mean(0), face.five[2:4].mean(0)
        along = right - left
        across = np.array([-along[1], along[0]])
        band = np.array(
            [
                left - 0.6 * along - 0.35 * across,
                right + 0.6 * along - 0.35 * across,
                right + 0.6 * along + 0.35 * across,
                left - 0.6 * along + 0.35 * across,
            ]
        )
    _polygon(mask, band.astype(np.float32), margin)


def _polygon(mask: NDArray[np.uint8], points: Points, margin: float) -> None:
    outline = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, outline, 1)
    if margin:
        size = 2 * _whole(abs(margin)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask[:] = (cv2.dilate if margin > 0 else cv2.erode)(mask, kernel)


def _whole(value: float) -> int:
    return round(value)
