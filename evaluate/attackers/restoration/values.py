"""What a defense made of values, undone: nothing, one table, or a line per pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint8]


class ValueMap(Protocol):
    """Turns `(N, E)` defended values into clean ones; channels alternate along `E`."""

    def __call__(self, values: Values) -> Values:
        """Return values of the same shape."""


@dataclass(frozen=True)
class AsIs:
    """Leave values as they are."""

    def __call__(self, values: Values) -> Values:
        """Return the same values."""
        return values


@dataclass(frozen=True, eq=False)
class Table:
    """Look each value up; a negative, a tint, any exchange of values.

    Args:
        entries: `(3, 256)`, uint8: the clean value for each defended one, by channel.
    """

    entries: Values

    @classmethod
    def learn(cls, clean: Values, defended: Values) -> Self:
        """Take the median clean value at each defended one; between them, go straight."""
        entries = np.empty((3, 256), np.uint8)
        for channel in range(3):
            x, y = clean[:, channel::3].ravel(), defended[:, channel::3].ravel()
            together = np.bincount(y.astype(np.int64) * 256 + x, minlength=256 * 256)
            below = together.reshape(256, 256).cumsum(1)
            known = np.flatnonzero(below[:, -1])
            medians = (below[known] * 2 >= below[known, -1:]).argmax(1)
            entries[channel] = np.rint(np.interp(np.arange(256), known, medians))
        return cls(entries)

    def __call__(self, values: Values) -> Values:
        """Look values up."""
        made = np.empty_like(values)
        for channel in range(3):
            made[:, channel::3] = self.entries[channel][values[:, channel::3]]
        return made


@dataclass(frozen=True, eq=False)
class Line:
    """Undo at each pixel its own change of contrast and brightness; a fixed pattern laid over.

    Args:
        slope: `(E,)`, float32.
        offset: `(E,)`, float32, in levels.
    """

    slope: NDArray[np.float32]
    offset: NDArray[np.float32]

    @classmethod
    def learn(cls, clean: Values, defended: Values) -> Self:
        """Fit by least squares."""
        x, y = clean.astype(np.float32), defended.astype(np.float32)
        mean_x, mean_y = x.mean(0), y.mean(0)
        x -= mean_x
        y -= mean_y
        slope = (x * y).mean(0) / ((y * y).mean(0) + 1)
        return cls(slope, mean_x - slope * mean_y)

    def __call__(self, values: Values) -> Values:
        """Apply the lines."""
        return np.asarray(np.rint(values * self.slope + self.offset).clip(0, 255), np.uint8)
