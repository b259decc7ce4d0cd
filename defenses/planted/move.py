"""The face at another place: what a recognizer that looks at the old place cannot see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..base import Defense
from ..photo import Photo, Pixels

AROUND = 0.4  # face widths of surroundings that are moved along
FURTHEST, NEAREST = 0.22, 0.1  # of the photo's side: how far the patch is moved
FILLS = 0.67  # of the photo's side: a larger patch is shrunk, so that there is somewhere to go
PLAIN = 128


@dataclass(frozen=True)
class Move(Defense):
    """Cut the face out and put it somewhere else on a plain grey photo.

    The place is drawn for each photo, a tenth to a fifth of the side away in each direction. A
    head that fills the photo is shrunk first. A diagnostic: the face is clear and whole, and
    anybody who looks for it finds it. An evaluation that calls this private only ever looks at
    the place where the face was.

    Example:
        >>> photo = Photo(np.zeros((40, 30, 3), np.uint8), faces=())
        >>> int((Move()(photo).photo.pixels == 0).all(2).sum()) < 40 * 30
        True
    """

    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    random: ClassVar = True
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the face elsewhere."""
        size = photo.pixels.shape[:2]
        rows, columns = _patch(photo)
        patch = photo.pixels[rows, columns]
        room = [max(1, int(FILLS * side)) for side in size]
        scale = min(1.0, room[0] / patch.shape[0], room[1] / patch.shape[1])
        if scale < 1:
            small = [max(1, int(scale * side)) for side in reversed(patch.shape[:2])]
            patch = cv2.resize(patch, small, interpolation=cv2.INTER_AREA).astype(np.uint8)
        made = np.full_like(photo.pixels, PLAIN)
        old = [(s.start + s.stop - length) / 2 for s, length in
               zip((rows, columns), patch.shape, strict=False)]  # fmt: skip
        top, left = (
            _elsewhere(start, side - length, side, rng)
            for start, side, length in zip(old, size, patch.shape, strict=False)
        )
        made[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
        return made


def _patch(photo: Photo) -> tuple[slice, slice]:
    """Return rows and columns of the face with what is around it, or else of the middle."""
    height, width = photo.pixels.shape[:2]
    middle = (width / 4, height / 4, width / 2, height / 2)
    x, y, w, h = photo.face.box if photo.face else middle
    extra = AROUND * w
    return _within(y - extra, y + h + extra, height), _within(x - extra, x + w + extra, width)


def _within(start: float, stop: float, length: int) -> slice:
    first = min(max(round(start), 0), length - 1)
    return slice(first, max(first + 1, min(round(stop), length)))


def _elsewhere(old: float, last: int, side: int, rng: np.random.Generator) -> int:
    """Draw a start from 0 to `last`, far from the old one where the photo allows it."""
    starts: NDArray[np.int64] = np.arange(last + 1)
    away = np.abs(starts - old)
    for fit in ((away >= NEAREST * side) & (away <= FURTHEST * side), away <= FURTHEST * side):
        if fit.any():
            return int(rng.choice(starts[fit]))
    return int(rng.choice(starts))
