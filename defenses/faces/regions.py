"""Which pixels a defense may change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Face, Points
from .landmarks import Kind

REGIONS = ("box", "ellipse", "hull", "eyes", "head", "image")
# the landmarks that a region is drawn by: an ellipse grows until it holds all 68
LANDMARKS: Mapping[str, frozenset[Kind]] = {
    "ellipse": frozenset({"points"}),
    "hull": frozenset({"points"}),
    "eyes": frozenset({"five"}),
}
Place = tuple[slice, slice]  # rows and columns


class Region(NamedTuple):
    """The region of one face, without all the pixels around it.

    Args:
        mask: `(h, w)`, float32: 1 inside, falling to 0 over the feather, 0 outside.
        place: rows and columns of the photo that these are.
    """

    mask: NDArray[np.float32]
    place: Place


def region_of(
    shape: tuple[int, int],
    face: Face | None,
    kind: str,
    *,
    margin: float = 0.0,
    feather: float = 0.0,
) -> Region:
    """Draw the region of one face, at the cost of the face and not of the photo.

    Args:
        shape: height and width of the photo.
        face: the face; may be None for `image` only. Where landmarks are unknown, `hull`
            is the ellipse and `eyes` a band at the usual height: larger, never smaller.
        kind: one of `REGIONS`.
        margin: widening on each side, share of the face width.
        feather: soft border added outside, share of the face width.
    """
    if kind == "image":
        return Region(np.ones(shape, np.float32), (slice(0, shape[0]), slice(0, shape[1])))
    if face is None:
        raise ValueError(f"region '{kind}' needs a face")
    whole = np.zeros(shape, np.uint8)  # takes no time: memory that nobody touches is not filled
    soft = feather * face.width
    drawn = _draw(whole, face, kind, margin * face.width)
    place = _wider(drawn, 0 if soft < 1 else math.ceil(soft), shape)
    if soft < 1 or not whole[place].any():
        return Region(whole[place].astype(np.float32), place)
    outside = cv2.distanceTransform(1 - whole[place], cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    share: NDArray[np.float32] = np.clip(1 - outside / soft, 0, 1).astype(np.float32)
    return Region(share, place)


def region_mask(
    shape: tuple[int, int],
    face: Face | None,
    kind: str,
    *,
    margin: float = 0.0,
    feather: float = 0.0,
) -> NDArray[np.float32]:
    """Draw the region of one face as `(H, W)`, float32, of the whole photo; see `region_of`."""
    region = region_of(shape, face, kind, margin=margin, feather=feather)
    if region.mask.shape == shape:
        return region.mask
    mask = np.zeros(shape, np.float32)
    mask[region.place] = region.mask
    return mask


def bounds(mask: NDArray[np.float32], *, around: float = 0.0) -> Place:
    """Return rows and columns of the smallest box around `mask > 0`, `around` pixels wider."""
    return bounds_of(Region(mask, (slice(0, mask.shape[0]), slice(0, mask.shape[1]))), mask.shape,
                     around=around)  # fmt: skip


def bounds_of(region: Region, shape: tuple[int, ...], *, around: float = 0.0) -> Place:
    """Return rows and columns of a photo that hold a region, `around` pixels wider."""
    sides = []
    for axis, place in zip((1, 0), region.place, strict=True):
        used = np.flatnonzero(region.mask.any(axis=axis))
        start, stop = (place.start + used[0], place.start + used[-1] + 1) if used.size else (0, 1)
        sides.append(slice(int(start), int(stop)))
    return _wider((sides[0], sides[1]), round(around), shape)


def _wider(place: Place, extra: int, shape: tuple[int, ...]) -> Place:
    rows, columns = (
        slice(max(0, side.start - extra), min(length, side.stop + extra))
        for side, length in zip(place, shape, strict=False)
    )
    return rows, columns


def _draw(mask: NDArray[np.uint8], face: Face, kind: str, margin: float) -> Place:
    """Set the region to 1; return rows and columns beyond which nothing is set."""
    x, y, w, h = face.box
    if kind == "head":  # hair, ears and chin
        x, y, w, h = x - 0.3 * w, y - 0.45 * h, 1.6 * w, 1.65 * h
    if kind in ("box", "head"):
        left, top = round(x - margin), round(y - margin)
        right, bottom = round(x + w + margin), round(y + h + margin)
        mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 1
        return _within(left, top, right, bottom, mask.shape)
    if kind == "hull" and face.points is not None:
        return _polygon(mask, _with_forehead(face.points), margin)
    if kind == "eyes":
        return _polygon(mask, _eye_band(face), margin)
    grow = _stretch(face)
    half = (max(0.5, w / 2 * grow + margin), max(0.5, h / 2 * grow + margin))
    return _ellipse(mask, (x + w / 2, y + h / 2), half)


def _within(left: float, top: float, right: float, bottom: float, shape: tuple[int, ...]) -> Place:
    """Return the rows and columns between whole numbers that are in the photo, at least one."""
    sides = []
    for start, stop, length in ((top, bottom, shape[0]), (left, right, shape[1])):
        first = int(np.clip(start, 0, length - 1))
        sides.append(slice(first, int(np.clip(stop, first + 1, length))))
    return sides[0], sides[1]


def _ellipse(
    mask: NDArray[np.uint8], centre: tuple[float, float], half: tuple[float, float]
) -> Place:
    """Fill an upright ellipse: every pixel whose middle lies in it."""
    columns, rows = (
        np.arange(max(0, math.floor(c - r)), max(0, min(length, math.ceil(c + r))))
        for c, r, length in zip(centre, half, reversed(mask.shape), strict=True)
    )
    if columns.size and rows.size:
        across = ((columns + 0.5 - centre[0]) / half[0]) ** 2
        down = ((rows + 0.5 - centre[1]) / half[1]) ** 2
        mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = across + down[:, None] <= 1
    (x, y), (a, b) = centre, half
    ends = math.floor(x - a), math.floor(y - b), math.ceil(x + a), math.ceil(y + b)
    return _within(*ends, mask.shape)


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


def _polygon(mask: NDArray[np.uint8], points: Points, margin: float) -> Place:
    outline = cv2.convexHull(np.round(points).astype(np.int32))
    cv2.fillConvexPoly(mask, outline, 1)
    reach = round(abs(margin))
    left, top, width, height = cv2.boundingRect(outline)
    # one pixel more, so that an erosion sees what is around
    ends = left - reach - 1, top - reach - 1, left + width + reach + 1, top + height + reach + 1
    place = _within(*ends, mask.shape)
    if margin:
        size = 2 * reach + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask[place] = (cv2.dilate if margin > 0 else cv2.erode)(mask[place], kernel)
    return place
