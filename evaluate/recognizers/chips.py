"""The usual alignment of recognizers that are not dlib's."""

from __future__ import annotations

import numpy as np

from unmask.defenses import Photo
from unmask.defenses.faces.align import aligned, centre_crop, similarity_transform
from unmask.defenses.faces.landmarks import arcface_five
from unmask.defenses.photo import Pixels

# eyes, tip of the nose and corners of the mouth in a square of 112 pixels
_ARCFACE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
TEMPLATES = {
    "arcface": _ARCFACE,
    # smaller, with hair and neck, for models that learned from whole photos
    "wide": tuple((56 + 0.6 * (x - 56), 56 + 0.6 * (y - 56)) for x, y in _ARCFACE),
}


def template_chip(photo: Photo, template: str, size: int) -> Pixels:
    """Return the main face, upright, with its five points where the template has them.

    Args:
        photo: with its faces; without (usable) landmarks the chip is a centre crop.
        template: a key of `TEMPLATES`.
        size: side of the chip in pixels.

    Returns:
        `(size, size, 3)`, uint8, the border of the photo repeated where the chip leaves it.
    """
    if photo.face is None or photo.face.points is None:
        return centre_crop(photo.pixels, size)
    five = arcface_five(photo.face)
    if not np.ptp(five, axis=0).any():  # landmarks of a face of a pixel or two
        return centre_crop(photo.pixels, size)
    target = np.array(TEMPLATES[template]) * (size / 112)
    return aligned(photo.pixels, similarity_transform(five, target), size)
