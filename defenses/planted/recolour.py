"""Colours exchanged, one for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..base import Defense
from ..photo import Photo, Pixels


@dataclass(frozen=True)
class Recolour(Defense):
    """Exchange the channels, and the values of each by a fixed table, one for one.

    The table shuffles blocks of neighbouring values, so that dark and light change places many
    times over. A diagnostic: not a single colour is lost, and who knows the table turns it
    round. An evaluation that calls this private never undoes what is done to values.

    Args:
        blocks: of neighbouring values that stay together, 2 to 256.
        key: the secret, 0 to 2**32 - 1; another key gives another table.

    Example:
        >>> photo = Photo(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3),
        ...               faces=())
        >>> len(np.unique(Recolour()(photo).photo.pixels.reshape(-1, 3), axis=0))
        256
    """

    blocks: int = 16
    key: int = 0
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("blocks", 2, 256, whole=True)
        self.check("key", 0, 2**32 - 1, whole=True)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the photo in its new colours."""
        drawn = np.random.default_rng(self.key)
        made = np.empty_like(photo.pixels)
        for channel in range(3):
            table = _table(self.blocks, drawn)
            made[..., channel] = table[photo.pixels[..., (channel + 1) % 3]]
        return made


def _table(blocks: int, rng: np.random.Generator) -> Pixels:
    """Return `(256,)`: blocks of values in another order, every other one backwards."""
    parts = np.array_split(np.arange(256), blocks)
    order = rng.permutation(blocks)
    return np.concatenate(
        [parts[old] if new % 2 else parts[old][::-1] for new, old in enumerate(order)]
    ).astype(np.uint8)
