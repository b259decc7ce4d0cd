"""Differentially private pixelation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import Defense
from .photo import Photo, Pixels
from .pixelate import blocks_of
from .space import Range


@dataclass(frozen=True)
class DpPix(Defense):
    """Pixelate, then add Laplace noise to the mean of each block.

    L. Fan: Image Pixelization with Differential Privacy, DBSec 2018. Two pictures are
    neighbours if they differ in at most `m` pixels; a block of `b * b` pixels then gets noise
    of scale `255 * m / (b * b * epsilon)`, and its value is clipped to 0-255.

    Departures: the paper has grey pictures; a colour photo has three values per block, so the
    scale is three times as large and `epsilon` is spent on all of them together (a grey photo
    gets one noise for its three equal channels, as in the paper). The paper gives `b` in
    pixels; here the face is `blocks` blocks wide. A block cut by the border has fewer pixels
    and gets the larger noise that follows. `m` stays in pixels: on a large face `m=16` is
    little, and so is the noise. The promise covers values within the region, not where the
    face is, and not a person: a face is far more than `m` pixels.

    Args:
        blocks: blocks across the face, 1 to 256. Fewer hide more detail (with less noise).
        m: pixels in which neighbours differ, 1 or more. The default is the paper's.
        epsilon: privacy budget in nats, above 0. The default is the paper's.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((40, 30, 3), 9, np.uint8), faces=(Face((0, 0, 30, 40)),))
        >>> DpPix()(photo).outcome
        'defended'
    """

    blocks: int = 8
    m: int = 16
    epsilon: float = 0.5
    random: ClassVar = True
    space: ClassVar = {
        "blocks": Range(16, 4, log=True, integer=True),
        "epsilon": Range(10.0, 0.1, log=True),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("blocks", 1, 256, whole=True)
        self.check("m", 1, 10**6, whole=True)
        self.check("epsilon", 1e-6, 1e6)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return noisy blocks."""
        grid = blocks_of(photo, self.blocks, whole=self.region == "image")
        channels = 1 if photo.is_grey else 3
        means = grid.means(photo.pixels)[..., :channels]
        scale = channels * 255 * self.m / (grid.counts[..., None] * self.epsilon)
        noisy = means + rng.laplace(0, np.broadcast_to(scale, means.shape))
        values = np.broadcast_to(np.rint(noisy.clip(0, 255)), (*means.shape[:2], 3))
        return grid.fill(values.astype(np.uint8))
