"""What part of a photo a model is shown."""

from __future__ import annotations

from unmask.defenses import Photo
from unmask.defenses.photo import Pixels


def cropped(pixels: Pixels, photo: Photo, sides: float) -> Pixels:
    """Cut a square of so many face sizes around the main face; 0 keeps the photo."""
    if not sides or photo.face is None:
        return pixels
    x, y, w, h = photo.face.box
    half = max(w, h) * sides / 2
    height, width = pixels.shape[:2]
    left, right = max(round(x + w / 2 - half), 0), min(round(x + w / 2 + half), width)
    top, bottom = max(round(y + h / 2 - half), 0), min(round(y + h / 2 + half), height)
    return pixels[top:bottom, left:right] if right > left and bottom > top else pixels
