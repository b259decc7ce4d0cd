"""What a defense makes of values, turned round: pixel by pixel, or one map of all colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from unmask.defenses import Pixels

from .places import Places, Values

ROUNDING = 0.75  # levels
VAGUE = 40.0  # levels: a value that can have come from so wide a range is taken from around it
BLOCK = 1 << 18  # pixels that are looked up at once
MOST = 1 << 16  # pairs of colours that are learned
EXACT = 4.0  # levels of error up to which one table a channel says all


class Tones(Protocol):
    """Turns defended values into clean ones."""

    def __call__(self, pixels: Pixels) -> tuple[Values, NDArray[np.bool_]]:
        """Return `(H, W, 3)` clean values, and which of them are known."""


@dataclass(frozen=True, eq=False)
class Response:
    """Look up at each pixel and channel what came out for which grey.

    Between the greys that were tried it goes straight. So it undoes whatever keeps the order of
    values at a pixel: noise and patterns laid over, contrast, a negative.

    Args:
        levels: the greys that were tried, increasing.
        seen: what came out for each, `(H, W, 3)`.
    """

    levels: Sequence[int]
    seen: Sequence[Pixels]

    def __call__(self, pixels: Pixels) -> tuple[Values, NDArray[np.bool_]]:
        """Return the middle of the range that each value can have come from."""
        rows = max(1, BLOCK // pixels.shape[1])
        parts = [slice(start, start + rows) for start in range(0, len(pixels), rows)]
        made = [self._of(pixels[p], [seen[p] for seen in self.seen]) for p in parts]
        values, sure = zip(*made, strict=True)
        return np.concatenate(values), np.concatenate(sure)

    def _of(
        self, pixels: Pixels, levels_seen: Sequence[Pixels]
    ) -> tuple[Values, NDArray[np.bool_]]:
        value, levels = pixels.astype(np.float32), self.levels
        seen = [one.astype(np.float32) for one in levels_seen]
        low, high = np.full_like(value, np.inf), np.full_like(value, -np.inf)
        for level, up, a, b in zip(levels, levels[1:], seen, seen[1:], strict=False):
            there = (value >= np.minimum(a, b) - ROUNDING) & (value <= np.maximum(a, b) + ROUNDING)
            flat = np.abs(b - a) < 1
            share = np.clip((value - a) / np.where(flat, 1, b - a), 0, 1)
            first, last = np.where(flat, 0, share), np.where(flat, 1, share)
            low = np.where(there, np.minimum(low, level + (up - level) * first), low)
            high = np.where(there, np.maximum(high, level + (up - level) * last), high)
        nearest = np.array(levels, np.float32)[np.argmin([np.abs(value - a) for a in seen], 0)]
        low, high = (np.where(low > high, nearest, end) for end in (low, high))
        return np.asarray((low + high) / 2, np.float32), high - low <= VAGUE

    @property
    def is_straight(self) -> bool:
        """Whether grey comes out in the middle of black and white, nearly everywhere."""
        first, middle, last = (
            np.asarray(self.seen[i], np.float32) for i in (0, len(self.seen) // 2, -1)
        )
        share = self.levels[len(self.levels) // 2] / 255
        off = np.abs(first + share * (last - first) - middle)
        return bool((off <= 3).mean() > 0.98)


@dataclass(frozen=True, eq=False)
class Tables:
    """Look up each channel in a table of the channel it went to.

    It undoes channels that were exchanged and values that were exchanged one for one.

    Args:
        sources: for each clean channel the defended one that tells most about it.
        entries: `(3, 256)`, the clean value for each value of that one.
    """

    sources: tuple[int, ...]
    entries: NDArray[np.float32]

    def __call__(self, pixels: Pixels) -> tuple[Values, NDArray[np.bool_]]:
        """Return the values of the tables; all are known."""
        made = [self.entries[i][pixels[..., source]] for i, source in enumerate(self.sources)]
        return np.stack(made, 2), np.ones(pixels.shape, bool)


@dataclass(frozen=True, eq=False)
class ColourMap:
    """Look up which clean colour came out nearest to the one that is seen.

    It undoes whatever is done to all colours alike, as hues that were turned.

    Args:
        clean: `(N, 3)`, colours that were tried.
        seen: `(N, 3)`, what came out for them.
    """

    clean: NDArray[np.uint8]
    seen: NDArray[np.uint8]

    def __call__(self, pixels: Pixels) -> tuple[Values, NDArray[np.bool_]]:
        """Return the nearest colours; all are known."""
        colours, back = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
        nearest = cKDTree(self.seen).query(colours)[1]
        made = self.clean[nearest][back.ravel()].reshape(pixels.shape)
        return made.astype(np.float32), np.ones(pixels.shape, bool)


def learn_colours(clean: Pixels, seen: Pixels, places: Places | None) -> Tables | ColourMap:
    """Learn from a picture of many colours what to look up.

    Args:
        clean: `(H, W, 3)`.
        seen: `(H, W, 3)`, the same picture, defended.
        places: where its pixels came from; None if they stayed.
    """
    before, after = clean.reshape(-1, 3), seen.reshape(-1, 3)
    if places is not None and (places >= 0).any():
        before, after = before[places[places >= 0]], after[places >= 0]
    every = [[_table(before[:, i], after[:, j]) for j in range(3)] for i in range(3)]
    off = np.array([[one[1] for one in row] for row in every])
    sources = off.argmin(1)
    if off.min(1).max() <= EXACT:
        entries = np.stack([every[i][j][0] for i, j in enumerate(sources)])
        return Tables(tuple(int(j) for j in sources), entries)
    some = np.linspace(0, len(before) - 1, min(len(before), MOST)).astype(int)
    return ColourMap(before[some], after[some])


def _table(clean: NDArray[np.uint8], seen: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Return the mean clean value for each defended one, and the error that is left, in levels."""
    count = np.bincount(seen, minlength=256)
    known = np.flatnonzero(count)
    means = np.bincount(seen, clean, 256)[known] / count[known]
    table = np.interp(np.arange(256), known, means).astype(np.float32)
    return table, float(np.sqrt(np.mean((table[seen] - clean) ** 2)))
