"""Turning and mirroring pictures as EXIF asks for."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Value = TypeVar("_Value", bound=np.generic)
UPRIGHT = 1


def turned(stored: NDArray[_Value], orientation: int) -> NDArray[_Value]:
    """Return `(H, W, ...)` as it is to be shown.

    Args:
        stored: as it lies in the file.
        orientation: of EXIF, 1 to 8; 1 is upright.
    """
    if orientation >= 5:
        stored = stored.swapaxes(0, 1)
    down, across = _flips(orientation)
    return stored[::down, ::across]


def turned_back(shown: NDArray[_Value], orientation: int) -> NDArray[_Value]:
    """Return `(H, W, ...)` as it lies in the file: what `turned` undoes."""
    down, across = _flips(orientation)
    shown = shown[::down, ::across]
    return shown.swapaxes(0, 1) if orientation >= 5 else shown


def _flips(orientation: int) -> tuple[int, int]:
    """Return the steps along rows and columns, after transposing."""
    return (-1 if orientation in (3, 4, 7, 8) else 1, -1 if orientation in (2, 3, 6, 7) else 1)
