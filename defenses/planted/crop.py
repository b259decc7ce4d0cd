"""The face cut out and made as large as the photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from ..base import Defense
from ..faces.align import aligned, centre_crop, similarity_transform
from ..photo import Photo, Pixels

SIDE = 256  # pixels of the chip, as usual with programs that swap faces
EYES = np.array([[0.62, 0.42], [0.38, 0.42]]) * SIDE  # of a chip with the whole head


@dataclass(frozen=True)
class Crop(Defense):
    """Replace the photo by a chip of its face, turned upright and made as large as the photo.

    Programs that make new faces often write such chips instead of whole photos (FALCO and
    DeepPrivacy2 on request do). A diagnostic: the face is as it was, only nearer. An evaluation
    that calls this private looks for the face where it was on the whole photo.

    Example:
        >>> photo = Photo(np.zeros((4, 2, 3), np.uint8), faces=())
        >>> Crop()(photo).photo.pixels.shape
        (4, 2, 3)
    """

    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    reads_landmarks: ClassVar = frozenset({"five"})
    diagnostic: ClassVar = True
    protects: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the chip; without landmarks the square about the middle of the face."""
        height, width = photo.pixels.shape[:2]
        chip = cv2.resize(_chip(photo), (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(chip, np.uint8)


def _chip(photo: Photo) -> Pixels:
    face = photo.face
    if face is None:
        return centre_crop(photo.pixels, SIDE)
    if face.five is not None:
        eyes = np.stack([face.five[:2].mean(0), face.five[2:4].mean(0)])
        if np.ptp(eyes, axis=0).any():
            return aligned(photo.pixels, similarity_transform(eyes, EYES), SIDE)
    x, y, w, h = face.box
    ends = [(x - 0.4 * w, y + 0.4 * h), (x + 1.4 * w, y + 0.4 * h)]
    across = [(0.0, 0.42 * SIDE), (float(SIDE), 0.42 * SIDE)]
    return aligned(photo.pixels, similarity_transform(ends, across), SIDE)
