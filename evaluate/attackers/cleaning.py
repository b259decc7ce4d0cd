"""Ways to take away what was added to a photo, each without knowledge of what it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from unmask.defenses import Photo, Pixels

from .restoration.base import face_window

SLIGHT, MIDDLE, STRONG = 0.02, 0.04, 0.07  # face widths: standard deviations of the blurs
WIDE = 0.05  # face widths: side of the larger median
ENDS = (1.0, 99.0)  # percentiles that become black and white
AROUND = 1.2  # face widths: side of the square whose values are stretched


def as_it_is(photo: Photo) -> Pixels:
    """Return the photo's pixels."""
    return photo.pixels


def blurred(photo: Photo, sigma: float) -> Pixels:
    """Blur by a Gaussian of so many face widths, against fine patterns."""
    size = max(0.5, sigma * photo.face_width)
    made = cv2.GaussianBlur(photo.pixels, (0, 0), size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


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


def one_channel(photo: Photo, channel: int) -> Pixels:
    """Show one channel alone, stretched, in grey, against noise in the others."""
    grey = np.repeat(photo.pixels[..., channel, None], 3, 2)
    return stretched(photo.with_pixels(grey))


def some_rows(photo: Photo, first: int) -> Pixels:
    """Show every second row twice, against others that were woven in between."""
    rows = np.repeat(photo.pixels[first::2], 2, 0)
    return np.resize(rows, photo.pixels.shape) if rows.size else photo.pixels


WAYS: Mapping[str, Callable[[Photo], Pixels]] = {
    "as it is": as_it_is,
    "slightly blurred": lambda photo: blurred(photo, SLIGHT),
    "blurred": lambda photo: blurred(photo, MIDDLE),
    "strongly blurred": lambda photo: blurred(photo, STRONG),
    "median": lambda photo: median(photo, 0),
    "wide median": lambda photo: median(photo, WIDE),
    "stretched": stretched,
    "stretched and blurred": stretched_and_blurred,
    "red": lambda photo: one_channel(photo, 0),
    "green": lambda photo: one_channel(photo, 1),
    "blue": lambda photo: one_channel(photo, 2),
    "even rows": lambda photo: some_rows(photo, 0),
    "odd rows": lambda photo: some_rows(photo, 1),
}
