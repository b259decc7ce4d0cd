"""Pixelation, also called mosaicing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .base import Defense
from .photo import Photo, Pixels
from .space import Range


@dataclass(frozen=True)
class Pixelate(Defense):
    """Replace each square block of pixels by its mean.

    Blocks are whole pixels wide, and there are never more across the face than `blocks`; a
    face that is not wider than `blocks` pixels stays as it is. The grid starts at the corner
    of the face's box, or of the photo for `region=image`. Tools differ (`deface` takes 20
    pixels whatever the face, television about 8 to 12 blocks); 8 is the middle of what
    R. McPherson, R. Shokri, V. Shmatikov: Defeating Image Obfuscation with Deep Learning,
    2016, broke.

    Args:
        blocks: blocks across the face, 1 to 256. Fewer hide more.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.zeros((40, 30, 3), np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> Pixelate(blocks=4)(photo).outcome
        'unchanged'
    """

    blocks: int = 8
    space: ClassVar = {"blocks": Range(32, 2, log=True, integer=True)}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("blocks", 1, 256, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return blocks."""
        grid = blocks_of(photo, self.blocks, whole=self.region == "image")
        return grid.fill(np.rint(grid.means(photo.pixels)).astype(np.uint8))


@dataclass(frozen=True, eq=False)
class Grid:
    """Blocks that cover a photo.

    Args:
        rows: `(R,)`, first row of pixels of each row of blocks.
        columns: `(C,)`, the same for columns.
        shape: height and width of the photo.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    shape: tuple[int, int]

    @property
    def heights(self) -> NDArray[np.intp]:
        """Height of each row of blocks, `(R,)`."""
        return np.diff([*self.rows, self.shape[0]])

    @property
    def widths(self) -> NDArray[np.intp]:
        """Width of each column of blocks, `(C,)`."""
        return np.diff([*self.columns, self.shape[1]])

    @property
    def counts(self) -> NDArray[np.intp]:
        """Pixels in each block, `(R, C)`; blocks at the border may have fewer."""
        return np.multiply.outer(self.heights, self.widths)

    def means(self, pixels: Pixels) -> NDArray[np.float64]:
        """Return the mean colour of each block, `(R, C, 3)`."""
        down = np.add.reduceat(pixels, self.rows, 0, dtype=np.uint32)
        sums = np.add.reduceat(down, self.columns, 1, dtype=np.int64)
        return np.asarray(sums / self.counts[..., None])

    def fill(self, colours: Pixels) -> Pixels:
        """Paint each block in its colour: `(R, C, 3)` to `(H, W, 3)`."""
        return colours.repeat(self.heights, 0).repeat(self.widths, 1)


def blocks_of(photo: Photo, blocks: int, *, whole: bool = False) -> Grid:
    """Lay square blocks over a photo, at most `blocks` of them across the face.

    Args:
        photo: the photo.
        blocks: blocks across the face.
        whole: start at the corner of the photo, not of the face.
    """
    size = max(1, math.ceil(photo.face_width / blocks))
    corner = photo.face.box[:2] if photo.face and not whole else (0, 0)
    columns, rows = (
        np.unique([0, *range(round(start) % size, length, size)])
        for start, length in zip(corner, photo.pixels.shape[1::-1], strict=True)
    )
    return Grid(rows, columns, photo.pixels.shape[:2])
