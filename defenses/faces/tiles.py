"""Large photos are searched in overlapping tiles, and what the tiles saw becomes one list."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OVERLAP = 0.2  # of a tile's side
_EDGE = 0.02  # of a tile's side: a box this near to a cut edge is taken for cut
_SAME = 0.4  # intersection over union
_LARGER = 1.6  # an area this many times larger is not the same find
_COVERED = 1.2  # how much wider than the box its region is, roughly
_CIRCLE = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_AROUND = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], -1) / 2  # in shares of a box

Boxes = NDArray[np.float64]  # (N, 4): left, top, width, height


class Tile(NamedTuple):
    """A part of a picture."""

    left: int
    top: int
    right: int
    bottom: int


class Found(NamedTuple):
    """One face as a detector sees it.

    Args:
        box: left, top, width, height in pixels of the photo; may reach over its border.
            It spans the face from mid-forehead to chin, and from ear to ear.
        score: confidence, 0 to 1.
    """

    box: tuple[float, float, float, float]
    score: float


def tiles(height: int, width: int, side: int) -> Iterator[Tile]:
    """Yield tiles of about one size, at most `side`, that cover a picture and overlap."""
    for top, bottom in _spans(height, side):
        for left, right in _spans(width, side):
            yield Tile(left, top, right, bottom)


def is_cut(found: Found, tile: Tile, height: int, width: int) -> bool:
    """Return whether a face found in a tile may go on beyond it, in the picture."""
    x, y, w, h = found.box
    across, down = _EDGE * (tile.right - tile.left), _EDGE * (tile.bottom - tile.top)
    return (
        (tile.left > 0 and x < tile.left + across)
        or (tile.top > 0 and y < tile.top + down)
        or (tile.right < width and x + w > tile.right - across)
        or (tile.bottom < height and y + h > tile.bottom - down)
    )


def merged(whole: Sequence[Found], cut: Sequence[Found]) -> list[Found]:
    """Return each face once, surest first, where several searches found it.

    A find goes if a surer one has the same box, or has it inside so that it is covered, too.
    What a tile saw in part is less sure than all the rest: it goes where anything better lies
    over half of it, and hides nothing itself. In doubt a find stays: a box too many costs
    little, a missed face is published.

    Args:
        whole: what was seen as a whole.
        cut: what lies at the edge of a tile.
    """
    finds = [*_ordered(whole), *_ordered(cut)]
    boxes = np.array([found.box for found in finds], np.float64).reshape(-1, 4)
    areas = boxes[:, 2] * boxes[:, 3]
    parts = np.arange(len(finds)) >= len(whole)
    gone = np.zeros(len(finds), bool)
    for i in range(len(finds)):
        if gone[i]:
            continue
        shared = _shared(boxes, boxes[i])
        same = (shared > _SAME * (areas + areas[i] - shared)) & (areas < _LARGER * areas[i])
        same |= parts & (shared > 0.5 * areas)
        if not parts[i]:
            same |= _inside(boxes, boxes[i])
        same[: i + 1] = False  # these are surer
        gone |= same
    return [found for found, left_out in zip(finds, gone, strict=True) if not left_out]


def _spans(length: int, side: int) -> list[tuple[int, int]]:
    overlap = int(OVERLAP * side)
    count = max(1, math.ceil((length - overlap) / (side - overlap)))
    size = math.ceil((length + (count - 1) * overlap) / count)
    starts = [round(i * (length - size) / max(1, count - 1)) for i in range(count)]
    return [(start, start + size) for start in starts]


def _ordered(finds: Sequence[Found]) -> list[Found]:
    return sorted(finds, key=lambda found: (-found.score, -found.box[2] * found.box[3], found.box))


def _shared(boxes: Boxes, one: Boxes) -> NDArray[np.float64]:
    """Return the area that each box has in common with one."""
    low = np.maximum(boxes[:, :2], one[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], one[:2] + one[2:])
    area: NDArray[np.float64] = (high - low).clip(0).prod(1)
    return area


def _inside(boxes: Boxes, one: Boxes) -> NDArray[np.bool_]:
    """Return whether the ellipse in each box lies in that in one, somewhat enlarged."""
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    rims = middles[:, None] + boxes[:, None, 2:] * _AROUND
    away = (rims - (one[:2] + one[2:] / 2)) / (one[2:] / 2)
    inside: NDArray[np.bool_] = ((away**2).sum(-1) <= _COVERED**2).all(1)
    return inside
