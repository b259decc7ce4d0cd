"""Pixelation, also called mosaicing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class Pixelate(Defense):
    """Replace each square block of pixels by its mean.

    The grid starts at the corner of the face's box, or of the photo for `region=image`.

    Args:
        blocks: blocks across the face, 1 to 256. Fewer hide more.

    Example:
        >>> photo = Photo(np.zeros((40, 30, 3), np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> Pixelate(blocks=4)(photo).outcome
        'unchanged'
    """

    blocks: int = 8
    space: ClassVar = {"blocks": Range(32, 2, log=True, integer=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("blocks", 1, 256)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        size = max(1, round(photo.face_width / self.blocks))
        start = (0, 0)
        if photo.face and self.region != "image":
            x, y = photo.face.box[:2]
            start = (round(y) % size, round(x) % size)
        return block_means(photo.pixels, size, start)


def block_means(pixels: Pixels, size: int, start: tuple[int, int] = (0, 0)) -> Pixels:
    """Replace square blocks by their means.

    Args:
        pixels: `(H, W, 3)`, uint8.
        size: side of a block in pixels.
        start: row and column, below `size`, at which the first whole block starts.

    Returns:
        `(H, W, 3)`, uint8. Blocks cut by the border are means of what is left of them.
    """
    rows, columns = (
        np.unique([0, *range(begin, length, size)])
        for begin, length in zip(start, pixels.shape[:2], strict=True)
    )
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(np.int64), rows, 0), columns, 1)
    heights = np.diff([*rows, pixels.shape[0]])
    widths = np.diff([*columns, pixels.shape[1]])
    means = np.rint(sums / np.multiply.outer(heights, widths)[..., None]).astype(np.uint8)
    return means.repeat(heights, 0).repeat(widths, 1)
