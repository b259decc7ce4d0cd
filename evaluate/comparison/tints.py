"""A planted mark in colours alone: no place, no lightness and no mean tells whose it is."""

from __future__ import annotations

import hashlib
from itertools import product

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

GREY = 128
AXES, STRENGTHS = 8, (20.0, 40.0)  # directions of tints, and levels of how strong they are
OWN = 4  # directions of each strength that are a person's own
SIDE = 4  # pixels of a square of one tint


def tinted(photo: Photo) -> Photo:
    """Paint small squares of equal lightness in tints that are the person's own.

    Each tint is as frequent as its opposite, so that the photo is grey in the mean; which
    squares have it is drawn for each photo. So a sum of pixels, however weighed, says nothing,
    and only the frequencies of colours do.
    """
    height, width = photo.pixels.shape[:2]
    rng = np.random.default_rng([*hashlib.sha256(photo.key.encode()).digest()[:8]])
    tints = _tints(photo.identity)
    rows, columns = -(-height // SIDE), -(-width // SIDE)
    squares = tints[rng.permutation(np.arange(rows * columns) % len(tints))]
    red, blue = squares.reshape(rows, columns, 2).transpose(2, 0, 1)  # differences to grey
    green = -(0.299 * red + 0.114 * blue) / 0.587  # by which the luma of BT.601 is that of grey
    small = np.rint(GREY + np.stack([red, green, blue], 2)).astype(np.uint8)
    return photo.with_pixels(np.repeat(np.repeat(small, SIDE, 0), SIDE, 1)[:height, :width].copy())


def _tints(name: str) -> NDArray[np.float64]:
    """Return `(T, 2)`: red and blue less grey of each of a person's tints and its opposite."""
    rng = np.random.default_rng(list(name.encode()) or [0])
    chosen = [(strength, turn) for strength in STRENGTHS
              for turn in rng.permutation(AXES)[:OWN]]  # fmt: skip
    return np.array(
        [
            sign * strength * np.array([1.4 * np.cos(angle), 1.77 * np.sin(angle)])
            for (strength, turn), sign in product(chosen, (1, -1))
            for angle in [np.pi * turn / AXES]
        ]
    )
