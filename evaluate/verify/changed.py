"""Which part of a picture was changed, and how much of a face that is."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

from .seers import Box

Mask = NDArray[np.bool_]
INNER = 0.85  # share of the box whose ellipse is the face, whatever a detector's habits are
_LEAST = 6.0  # grey levels by which compression alone changes pixels
_NOISE = 3.0  # times what changes far from any face
_MOST = 30.0  # but so many grey levels are a change even where others are greater
_WHOLE = 40.0  # grey levels: if so much changes everywhere, the whole picture was changed
_AROUND = 0.4  # of a face's sides: how far from it a region may reach


def changed(source: Pixels, output: Pixels, boxes: list[Box]) -> Mask:
    """Return which pixels were changed by more than it takes to store them anew.

    Args:
        source: `(H, W, 3)`, uint8.
        output: `(H, W, 3)`, uint8.
        boxes: the faces; what happens far from them tells what storing does.

    Returns:
        `(H, W)`; all of it where the whole picture was changed.
    """
    away = cv2.absdiff(source, output).max(2).astype(np.float32)
    away = np.asarray(cv2.blur(away, (3, 3)), np.float32)
    far = np.ones(away.shape, bool)
    for box in boxes:
        far[_around(away.shape, box)] = False
    level = float(np.quantile(away[far], 0.9)) if far.mean() > 0.05 else 0.0
    if level > _WHOLE:
        return np.ones(away.shape, bool)
    return np.asarray(away > max(_LEAST, min(_MOST, _NOISE * level)))


def region_of(changes: Mask, box: Box, *, hull: bool = True) -> Mask:
    """Return the region that was changed around a face.

    Args:
        changes: `(H, W)`, from `changed`.
        box: the face.
        hull: all within the outermost changed pixels: skin that a mosaic left as it was by chance
            lies in the region all the same. Else only what its outline encloses.

    Returns:
        `(H, W)`.
    """
    place = _around(changes.shape, box)
    part = changes[place].astype(np.uint8)
    if min(part.shape) >= 24:  # single pixels are noise
        part = np.asarray(cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    side = max(3, round(min(box[2:]) / 8))
    joined = cv2.morphologyEx(part, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    face = ellipse(changes.shape, box)[place]
    filled = np.zeros_like(part)
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        shape = cv2.convexHull(outline) if hull else outline
        own = cv2.drawContours(np.zeros_like(part), [shape], -1, 1, cv2.FILLED)
        inside = cv2.drawContours(np.zeros_like(part), [outline], -1, 1, cv2.FILLED)
        if (np.asarray(inside)[face] > 0).any():  # else it is the region of somebody beside
            filled |= np.asarray(own, np.uint8)
    region = np.zeros(changes.shape, bool)
    region[place] = filled > 0
    return region


def share_covered(region: Mask, box: Box) -> float:
    """Return the share of a face, the ellipse in its box, that lies in a region."""
    face = ellipse(region.shape, box)
    return float(region[face].mean()) if face.any() else 1.0


def ellipse(shape: tuple[int, ...], box: Box, size: float = INNER) -> Mask:
    """Return which pixels lie in the ellipse in a box that is scaled by `size`."""
    x, y, w, h = box
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    across = (columns + 0.5 - x - w / 2) / max(1.0, size * w / 2)
    down = (rows + 0.5 - y - h / 2) / max(1.0, size * h / 2)
    return np.asarray(across**2 + down**2 <= 1)


def _around(shape: tuple[int, ...], box: Box) -> tuple[slice, slice]:
    x, y, w, h = box
    return (
        slice(max(0, int(y - _AROUND * h)), max(0, int(y + (1 + _AROUND) * h) + 1)),
        slice(max(0, int(x - _AROUND * w)), max(0, int(x + (1 + _AROUND) * w) + 1)),
    )
