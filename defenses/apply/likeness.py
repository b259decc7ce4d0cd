"""How much of a face's own detail is still in another picture, wherever it went."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Pixels

Box = tuple[float, float, float, float]
_SIDE = 56  # pixels to which a face is shrunk: the eyes and the mouth are left, grain is not
_COARSE = 2.0  # pixels, sigma: what is coarser is shading, which every dark blob has
_INNER = 0.7  # share of the box that is compared: brows to lips, without any background
_LEAST = 8  # pixels of that part: a face that is smaller shows nobody
_LEAST_ANYWHERE = 24  # so few pixels look like others somewhere in a large picture
_FLAT = 1.5  # grey levels: detail that is weaker is that of an even surface, or of compression


class Likeness(NamedTuple):
    """How a face reappears in a picture, at the place where it does so best.

    Args:
        correlation: of the detail, -1 to 1; 0 where there is none.
        gain: how strong the detail is there, share of what it was. A blur leaves the pattern
            and takes the strength.
        box: where.
        mirrored: whether it is turned over.
    """

    correlation: float
    gain: float
    box: Box
    mirrored: bool

    @property
    def untouched(self) -> bool:
        """Whether it is the same face, whatever became of brightness, place and file size."""
        return self.correlation >= 0.75 and self.gain >= 0.5


def likeness(source: Pixels, output: Pixels, box: Box, *, anywhere: bool = False) -> Likeness:
    """Look for a face of one picture in another one of the same size.

    Args:
        source: `(H, W, 3)`, uint8.
        output: `(H, W, 3)`, uint8.
        box: the face in `source`.
        anywhere: look all over `output`, and not only near the place where it was.
    """
    x, y, w, h = box
    none = Likeness(0.0, 0.0, box, False)
    edge = (1 - _INNER) / 2
    left, top = x + edge * w, y + edge * h
    if _INNER * min(w, h) < (_LEAST_ANYWHERE if anywhere else _LEAST):
        return none
    around = float(max(output.shape)) if anywhere else 0.5 * max(w, h)
    scale = min(1.0, _SIDE / math.sqrt(w * h))
    window = _window(source.shape, (left, top, _INNER * w, _INNER * h), around)
    before, after = (_detail(pixels[window], scale) for pixels in (source, output))
    rows, columns = (
        slice(
            max(0, round((start - cut.start) * scale)), round((start + side - cut.start) * scale)
        )
        for start, side, cut in zip((top, left), (_INNER * h, _INNER * w), window, strict=True)
    )
    wanted = before[rows, columns]
    if min(wanted.shape, default=0) < _LEAST * scale or wanted.std() < _FLAT:
        return none
    best = none
    for mirrored in (False, True):
        pattern = np.ascontiguousarray(wanted[:, ::-1]) if mirrored else wanted
        found = cv2.matchTemplate(after, pattern, cv2.TM_CCOEFF_NORMED)
        found = np.abs(np.nan_to_num(found, posinf=0, neginf=0))  # a negative shows the face, too
        row, column = divmod(int(found.argmax()), found.shape[1])
        patch = after[row : row + wanted.shape[0], column : column + wanted.shape[1]]
        if found[row, column] > best.correlation and patch.std() >= _FLAT:
            share = float(found[row, column])
            place = (column / scale + window[1].start, row / scale + window[0].start)
            whole = (place[0] - edge * w, place[1] - edge * h, w, h)
            best = Likeness(share, share * float(patch.std() / wanted.std()), whole, mirrored)
    return best


def _window(shape: tuple[int, ...], box: Box, around: float) -> tuple[slice, slice]:
    """Return rows and columns of a box that is widened on each side."""
    x, y, w, h = box
    return (
        slice(max(0, math.floor(y - around)), max(0, min(shape[0], math.ceil(y + h + around)))),
        slice(max(0, math.floor(x - around)), max(0, min(shape[1], math.ceil(x + w + around)))),
    )


def _detail(pixels: Pixels, scale: float) -> NDArray[np.float32]:
    """Return the fine structure of a picture, shrunk."""
    if not pixels.size:
        return np.zeros((0, 0), np.float32)
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    size = [max(1, round(side * scale)) for side in reversed(grey.shape)]
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(small - cv2.GaussianBlur(small, (0, 0), _COARSE), np.float32)
