"""Ways to take away what was added to a photo, each without knowledge of what it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels
from unmask.defenses.blurring import gaussian

from .restoration.base import face_window

SLIGHT, MIDDLE, STRONG = 0.02, 0.04, 0.07  # face widths: standard deviations of the blurs
WIDE = 0.05  # face widths: side of the larger median
ENDS = (1.0, 99.0)  # percentiles that become black and white
QUICK = 16.0  # pixels: wider blurs are those of shrunk photos, a level beside at most
WOVEN = 4  # pictures of which one may have every so many-th row
BITS = range(1, 7)  # how many lower bits may hold a picture
AROUND = 1.2  # face widths: side of the square whose values are stretched


def as_it_is(photo: Photo) -> Pixels:
    """Return the photo's pixels."""
    return photo.pixels


def blurred(photo: Photo, sigma: float) -> Pixels:
    """Blur by a Gaussian of so many face widths, against fine patterns."""
    return gaussian(photo.pixels, max(0.5, sigma * photo.face_width), wide=QUICK)


def median(photo: Photo, share: float) -> Pixels:
    """Take the median of a square so many face widths wide (3 pixels at least)."""
    side = max(3, 2 * round((share * photo.face_width - 1) / 2) + 1)
    return np.asarray(cv2.medianBlur(np.ascontiguousarray(photo.pixels), side), np.uint8)


def stretched(photo: Photo) -> Pixels:
    """Spread the values around the face over all levels, against too little contrast.

    Each channel by itself: one that holds next to nothing counts as much as the others.
    """
    values = photo.pixels.astype(np.float32)
    low, high = np.percentile(values[face_window(photo, AROUND)], ENDS, axis=(0, 1))
    spread = np.maximum(high - low, 1)
    return np.asarray(((values - low) * (255 / spread)).clip(0, 255), np.uint8)


def stretched_and_blurred(photo: Photo) -> Pixels:
    """Stretch a few levels, and let a blur make many of them again."""
    return blurred(photo.with_pixels(stretched(photo)), SLIGHT)


def smoothest_plane(photo: Photo) -> Pixels:
    """Show one channel, or the difference of two, alone in grey, against noise in the others."""
    red, green, blue = photo.pixels.astype(np.int16).transpose(2, 0, 1)
    planes = [red, green, blue, red - green, green - blue, blue - red]
    return _shown(photo, max(planes, key=smoothness))


def smoothest_rows(photo: Photo) -> Pixels:
    """Show every so many-th row several times, against others that were woven in between."""
    height = len(photo.pixels)
    sets = [
        np.minimum(np.arange(height) // every * every + first, height - 1)
        for every in range(1, min(WOVEN, height) + 1)
        for first in range(every)
    ]
    grey = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY).astype(np.int16)
    return photo.pixels[max(sets, key=lambda rows: smoothness(grey[np.unique(rows)]))]


def smoothest_bits(photo: Photo) -> Pixels:
    """Show the lower bits of values alone, against noise in the upper ones."""
    grey = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
    bits = [grey.astype(np.int16), *((photo.pixels % 2**b).astype(np.int16).sum(2) for b in BITS)]
    return _shown(photo, max(bits, key=smoothness))


def smoothness(plane: NDArray[np.int16]) -> float:
    """Return how like neighbours are: 1 alike, 0 as noise is; -1 for a flat plane."""
    values = plane.astype(np.float32)
    spread = float(values.var())
    if spread == 0 or min(values.shape) < 2:
        return -1.0
    steps = [float((np.diff(values, axis=axis) ** 2).mean()) for axis in (0, 1)]
    return 1 - (steps[0] + steps[1]) / (4 * spread)


def _shown(photo: Photo, plane: NDArray[np.int16]) -> Pixels:
    """Return a plane as a grey picture, from black to white."""
    low, high = int(plane.min()), int(plane.max())
    grey = ((plane.astype(np.float32) - low) * (255 / max(high - low, 1))).astype(np.uint8)
    return stretched(photo.with_pixels(np.repeat(grey[..., None], 3, 2)))


WAYS: Mapping[str, Callable[[Photo], Pixels]] = {
    "as it is": as_it_is,
    "slightly blurred": lambda photo: blurred(photo, SLIGHT),
    "blurred": lambda photo: blurred(photo, MIDDLE),
    "strongly blurred": lambda photo: blurred(photo, STRONG),
    "median": lambda photo: median(photo, 0),
    "wide median": lambda photo: median(photo, WIDE),
    "stretched": stretched,
    "stretched and blurred": stretched_and_blurred,
    "smoothest plane": smoothest_plane,
    "smoothest rows": smoothest_rows,
    "smoothest bits": smoothest_bits,
}
