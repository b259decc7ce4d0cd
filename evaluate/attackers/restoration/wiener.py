"""Undoing blur, noise and the like by one gain per frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.ndimage import gaussian_filter

from unmask.defenses import Photo

from .base import Restorer, face_window

SIDE = 2.4  # face widths of the square that is restored: more than any recognizer looks at
STEP = 0.25  # width of a frequency bin in cycles per face width
BINS = 257  # up to 64 cycles per face width
ROUNDING = 1 / 12  # variance that rounding to 8 bits leaves, in levels squared
# orthonormal: brightness, and two differences of colour, which defenses treat differently
COLOURS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])

Bins = NDArray[np.float64]


@dataclass
class Wiener(Restorer):
    """Multiply each frequency of the defended face by what brings it nearest to the clean one.

    For each frequency `f` of the discrete cosine transform the gain is
    `sum(clean_f * defended_f) / sum(defended_f ** 2)` over the pairs: least squares, known as
    the Wiener filter (N. Wiener, "Extrapolation, Interpolation, and Smoothing of Stationary
    Time Series", 1949). It sharpens what a blur left above the rounding and dampens noise.
    Frequencies are counted in cycles per face width, since strengths grow with the face; so
    photos and faces of any size share one set of gains and nothing is resized.

    Args:
        smooth: standard deviation, in bins, over which neighbouring frequencies are pooled.
    """

    smooth: float = 1.0
    _gains: list[Bins] = field(default_factory=list, init=False, repr=False)

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn means and gains."""
        pairs = [(_face(a), _face(b, a)) for a, b in zip(clean, defended, strict=True)]
        self._clean_mean = np.mean([a.mean((1, 2)) for a, _ in pairs], 0)
        self._mean = np.mean([b.mean((1, 2)) for _, b in pairs], 0)
        both, own, seen = (np.zeros((3, BINS, BINS)) for _ in range(3))
        for photo, (a, b) in zip(clean, pairs, strict=True):
            rows, columns = (_bins(n, photo.face_width) for n in a.shape[1:])
            wanted = dctn(a - self._clean_mean[:, None, None], axes=(1, 2), norm="ortho")
            given = dctn(b - self._mean[:, None, None], axes=(1, 2), norm="ortho")
            both += rows @ (wanted * given) @ columns.T
            own += rows @ (given**2) @ columns.T
            seen += rows.sum(1)[:, None] * columns.sum(1)
        pool = [lambda a: gaussian_filter(a, self.smooth, mode="nearest")] * 3
        self._gains = [
            p(one) / (p(two) + ROUNDING * p(count) + 1e-9)
            for p, one, two, count in zip(pool, both, own, seen, strict=True)
        ]
        return self

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Apply the gains inside a square around each face."""
        return [self._restore(photo) for photo in photos]

    def _restore(self, photo: Photo) -> Photo:
        part = _face(photo)
        rows, columns = (_bins(n, photo.face_width) for n in part.shape[1:])
        given = dctn(part - self._mean[:, None, None], axes=(1, 2), norm="ortho")
        gains = np.stack([rows.T @ gain @ columns for gain in self._gains])
        made = idctn(given * gains, axes=(1, 2), norm="ortho") + self._clean_mean[:, None, None]
        colours = np.einsum("cd,chw->hwd", COLOURS, made)
        pixels = photo.pixels.copy()
        pixels[face_window(photo, SIDE)] = np.rint(colours).clip(0, 255).astype(np.uint8)
        return photo.with_pixels(pixels)


def _face(photo: Photo, place: Photo | None = None) -> NDArray[np.float64]:
    """Return `(3, h, w)`: brightness and colour differences around the face of `place`."""
    part = photo.pixels[face_window(place or photo, SIDE)].astype(np.float64)
    return np.einsum("cd,hwd->chw", COLOURS, part)


def _bins(length: int, face_width: float) -> Bins:
    """Return `(BINS, length)`: how much of each frequency falls into each bin.

    Columns sum to 1; a frequency between the centres of two bins is shared by both.
    """
    place = np.arange(length) / (2 * length) * face_width / STEP
    place = np.minimum(place, BINS - 1)
    low = np.minimum(place.astype(int), BINS - 2)
    weights = np.zeros((BINS, length))
    columns = np.arange(length)
    weights[low, columns] = 1 - (place - low)
    weights[low + 1, columns] = place - low
    return weights
