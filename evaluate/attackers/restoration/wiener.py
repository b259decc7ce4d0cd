"""Undoing blur, noise and the like by one gain per frequency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn
from scipy.ndimage import distance_transform_edt, gaussian_filter

from unmask.defenses import Photo

from .base import Restorer, face_window

SIDE = 2.4  # face widths of the square that is restored: more than any recognizer looks at
STEP = 0.25  # width of a frequency bin in cycles per face width
BINS = 257  # up to 64 cycles per face width
EDGE = 0.25  # depth, in face widths, at which the edge of a region is no longer felt
LEAST_POWER = 0.02  # levels squared; less than rounding leaves, so that 0 / 0 is 0
LEAST_COUNT = 0.5  # frequencies of all photos in a bin
# orthonormal: brightness, and two differences of colour, which defenses treat differently
COLOURS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], np.float32)
COLOURS /= np.linalg.norm(COLOURS, axis=1, keepdims=True)

Signal = NDArray[np.float32]
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

    Where only a region was defended, gains are learned inside it.

    Args:
        regions: gives for each photo which pixels the defense may change, `(H, W)`, bool;
            None for all.
        smooth: standard deviation, in bins, over which neighbouring frequencies are pooled.
    """

    regions: Regions = lambda photos: [None] * len(photos)
    smooth: float = 1.0

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Learn means and gains."""
        regions = self.regions(clean)
        before, after = (
            ((_taper(p, r), _colours(_cut(one, p)))
             for p, r, one in zip(clean, regions, some, strict=True))
            for some in (clean, defended)
        )  # fmt: skip
        self._clean_mean, self._mean = _mean(before), _mean(after)
        both, given, count = (np.zeros((3, BINS, BINS)) for _ in range(3))
        for photo, other, region in zip(clean, defended, regions, strict=True):
            taper, a, b = (
                _taper(photo, region),
                _colours(_cut(photo)),
                _colours(_cut(other, photo)),
            )
            rows, columns = (_bins(n, photo.face_width) for n in taper.shape)
            x = _waves(taper * (a - self._clean_mean[:, None, None]))
            y = _waves(taper * (b - self._mean[:, None, None]))
            both += rows @ (x * y) @ columns.T
            given += rows @ (y * y) @ columns.T
            count += rows.sum(1)[:, None] * columns.sum(1)
        both, given, count = (
            gaussian_filter(sums, (0, self.smooth, self.smooth), mode="nearest")
            for sums in (both, given, count)
        )
        gains = both / (given + LEAST_POWER * count + 1e-9)
        # larger faces than any that was seen have finer frequencies: go on as at the finest
        nearest = distance_transform_edt(
            count[0] < LEAST_COUNT, return_distances=False, return_indices=True
        )
        self._gains = gains[:, nearest[0], nearest[1]].astype(np.float32)
        return self

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Apply the gains inside a square around each face, and keep what was not defended."""
        centre, aim = COLOURS.T @ self._mean, COLOURS.T @ self._clean_mean
        restored = []
        for photo, region in zip(photos, self.regions(photos), strict=True):
            made = aim + self.filtered(photo, photo.pixels - centre)
            rows, columns = face_window(photo, SIDE)
            inside = np.zeros(photo.pixels.shape[:2], bool)
            inside[rows, columns] = True if region is None else region[rows, columns]
            pixels = np.where(inside[..., None], np.rint(made).clip(0, 255), photo.pixels)
            restored.append(photo.with_pixels(pixels.astype(np.uint8)))
        return restored

    def filtered(self, photo: Photo, signal: Signal) -> Signal:
        """Return `signal`, `(H, W, 3)`, after the gains around the face of `photo`, else 0."""
        window = face_window(photo, SIDE)
        rows, columns = (_bins(s.stop - s.start, photo.face_width) for s in window)
        gains = np.stack([rows.T @ gain @ columns for gain in self._gains])
        waves = _waves(_colours(signal[window]))
        made = np.zeros(signal.shape, np.float32)
        made[window] = np.tensordot(_pixels(gains * waves), COLOURS, (0, 0))
        return made


def _cut(photo: Photo, place: Photo | None = None) -> Signal:
    return photo.pixels[face_window(place or photo, SIDE)].astype(np.float32)


def _colours(part: Signal) -> Signal:
    """Return `(3, h, w)`: brightness and colour differences of `(h, w, 3)`."""
    return np.asarray(np.tensordot(COLOURS, part, (1, 2)), np.float32)


def _taper(photo: Photo, region: NDArray[np.bool_] | None) -> Signal:
    """Return `(h, w)`, 0 to 1: falls off to the edge of the region, where pixels are mixed."""
    window = face_window(photo, SIDE)
    if region is None:
        return np.ones([s.stop - s.start for s in window], np.float32)
    depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)[window]
    share = np.clip(depth / (EDGE * photo.face_width), 0, 1)
    return np.asarray(np.sin(share * np.pi / 2) ** 2, np.float32)


def _mean(parts: Iterable[tuple[Signal, Signal]]) -> Signal:
    """Return `(3,)`: the mean colour inside the tapers; no two photos are held at once."""
    total, weight = np.zeros(3), 0.0
    for taper, part in parts:
        total += (taper * part).sum((1, 2), np.float64)
        weight += float(taper.sum())
    return np.asarray(total / max(weight, 1e-9), np.float32)


def _waves(part: Signal) -> Signal:
    return np.asarray(dctn(part, axes=(1, 2), norm="ortho"), np.float32)


def _pixels(waves: Signal) -> Signal:
    return np.asarray(idctn(waves, axes=(1, 2), norm="ortho"), np.float32)


def _bins(length: int, face_width: float) -> Signal:
    """Return `(BINS, length)`: how much of each frequency falls into each bin.

    Columns sum to 1; a frequency between the centres of two bins is shared by both.
    """
    place = np.arange(length) / (2 * length) * face_width / STEP
    place = np.minimum(place, BINS - 1)
    low = np.minimum(place.astype(int), BINS - 2)
    weights = np.zeros((BINS, length), np.float32)
    columns = np.arange(length)
    weights[low, columns] = 1 - (place - low)
    weights[low + 1, columns] = place - low
    return weights
