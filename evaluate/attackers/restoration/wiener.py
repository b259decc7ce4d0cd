"""Undoing blur, noise and the like by one gain per frequency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.ndimage import gaussian_filter

from unmask.defenses import Photo

from .base import Restorer, face_window

SIDE = 2.4  # face widths of the square that is restored: more than any recognizer looks at
STEP = 0.25  # width of a frequency bin in cycles per face width
BINS = 257  # up to 64 cycles per face width
EDGE = 0.25  # depth, in face widths, at which the edge of a region is no longer felt
LEAST_POWER = 0.02  # levels squared; less than rounding leaves, so that 0 / 0 is 0
# orthonormal: brightness, and two differences of colour, which defenses treat differently
COLOURS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])

Bins = NDArray[np.float64]
Regions = Callable[[Sequence[Photo]], Sequence[NDArray[np.bool_] | None]]


@dataclass
class Wiener(Restorer):
    """Multiply each frequency of the defended face by what brings it nearest to the clean one.

    For each frequency `f` of the discrete cosine transform the gain is
    `sum(clean_f * defended_f) / sum(defended_f ** 2)` over the pairs: least squares, known as
    the Wiener filter (N. Wiener, "Extrapolation, Interpolation, and Smoothing of Stationary
    Time Series", 1949). It sharpens what a blur left above the rounding and dampens noise.
    Frequencies are counted in cycles per face width, since strengths grow with the face; so
    photos and faces of any size share one set of gains and nothing is resized.

    Where only a region was defended, gains are learned inside it, and the clean surroundings
    are taken for what the defense would have made of them: by the reverse gains, in turns.

    Args:
        regions: gives for each photo which pixels the defense may change, `(H, W)`, bool;
            None for all.
        smooth: standard deviation, in bins, over which neighbouring frequencies are pooled.
        turns: how often the surroundings are guessed anew.
    """

    regions: Regions = lambda photos: [None] * len(photos)
    smooth: float = 1.0
    turns: int = 4

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn means and gains."""
        inside = [_taper(p, r) for p, r in zip(clean, self.regions(clean), strict=True)]
        pairs = [(_face(a), _face(b, a)) for a, b in zip(clean, defended, strict=True)]
        weight = sum(float(t.sum()) for t in inside)
        self._clean_mean, self._mean = (
            np.sum(
                [(t * pair[side]).sum((1, 2)) for t, pair in zip(inside, pairs, strict=True)], 0
            )
            / max(weight, 1e-9)
            for side in (0, 1)
        )
        both, given, wanted, seen = (np.zeros((3, BINS, BINS)) for _ in range(4))
        for photo, (a, b), taper in zip(clean, pairs, inside, strict=True):
            rows, columns = (_bins(n, photo.face_width) for n in a.shape[1:])
            x, y = (
                _waves(taper * (a - _tall(self._clean_mean))),
                _waves(taper * (b - _tall(self._mean))),
            )
            both += rows @ (x * y) @ columns.T
            given += rows @ (y * y) @ columns.T
            wanted += rows @ (x * x) @ columns.T
            seen += rows.sum(1)[:, None] * columns.sum(1)
        self._back, self._forth = self._gain(both, given, seen), self._gain(both, wanted, seen)
        return self

    def _gain(self, both: Bins, power: Bins, count: Bins) -> Bins:
        both, power, count = (
            gaussian_filter(a, (0, self.smooth, self.smooth), mode="nearest")
            for a in (both, power, count)
        )
        return np.asarray(both / (power + LEAST_POWER * count + 1e-9), np.float64)

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Apply the gains inside a square around each face."""
        regions = self.regions(photos)
        return [self._restore(p, region) for p, region in zip(photos, regions, strict=True)]

    def _restore(self, photo: Photo, region: NDArray[np.bool_] | None) -> Photo:
        window = face_window(photo, SIDE)
        rows, columns = (_bins(s.stop - s.start, photo.face_width) for s in window)
        back, forth = (
            np.stack([rows.T @ one @ columns for one in gains])
            for gains in (self._back, self._forth)
        )
        seen, clean_mean, mean = _face(photo), _tall(self._clean_mean), _tall(self._mean)
        guess = seen
        inside = None if region is None else region[window]
        for _ in range(1 if inside is None else self.turns):
            whole = seen
            if inside is not None:
                around = _pixels(forth * _waves(guess - clean_mean)) + mean
                whole = np.where(inside, seen, around)
            guess = _pixels(back * _waves(whole - mean)) + clean_mean
            if inside is not None:
                guess = np.where(inside, guess, seen)
        colours = np.rint(np.einsum("cd,chw->hwd", COLOURS, guess)).clip(0, 255)
        pixels = photo.pixels.copy()
        pixels[window] = colours.astype(np.uint8)
        return photo.with_pixels(pixels)


def _taper(photo: Photo, region: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """Return `(h, w)`, 0 to 1: falls off to the edge of the region, where pixels are mixed."""
    window = face_window(photo, SIDE)
    if region is None:
        return np.ones([s.stop - s.start for s in window])
    depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)[window]
    share = np.clip(depth / (EDGE * photo.face_width), 0, 1)
    return np.asarray(np.sin(share * np.pi / 2) ** 2, np.float64)


def _face(photo: Photo, place: Photo | None = None) -> NDArray[np.float64]:
    """Return `(3, h, w)`: brightness and colour differences around the face of `place`."""
    part = photo.pixels[face_window(place or photo, SIDE)].astype(np.float64)
    return np.einsum("cd,hwd->chw", COLOURS, part)


def _tall(means: NDArray[np.float64]) -> NDArray[np.float64]:
    return means[:, None, None]


def _waves(part: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(dctn(part, axes=(1, 2), norm="ortho"))


def _pixels(waves: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(idctn(waves, axes=(1, 2), norm="ortho"))


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
