"""What the model is shown: a face, clean or defended, in a context, kept or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.faces.regions import region_mask
from unmask.defenses.photo import Pixels

Context = Literal["whole", "blurred", "replaced", "removed"]
Shown = Literal["own", "other", "none"]
CONTEXTS: tuple[Context, ...] = ("whole", "blurred", "replaced", "removed")
CLEAN = "none"
MASK = "mask:fill=grey,margin=0.3"
GREY = 128
_FILL = 192  # longer side at which a background is filled in


@dataclass(frozen=True)
class View:
    """One way to show a photo.

    Args:
        face: defense spec, `none` for clean.
        context: what becomes of everything outside the head.
        shown: the person's own photo, somebody else's, or none at all.
    """

    face: str = CLEAN
    context: Context = "whole"
    shown: Shown = "own"

    @property
    def text(self) -> str:
        """Short form for the answers file."""
        return f"{self.face}|{self.context}|{self.shown}"


def in_context(pixels: Pixels, photo: Photo, context: Context, donor: Photo | None) -> Pixels:
    """Change everything outside the head of the main face; clothes and hands are context.

    Args:
        pixels: the photo after its defense.
        photo: the clean photo with its faces.
        context: `blurred` (sigma half a face width), `replaced` by the donor's background,
            `removed` (grey), or `whole`.
        donor: somebody else's clean photo, for `replaced`; its own heads are filled in.

    Raises:
        ValueError: the context is to change and the photo has no face, or has no donor.
    """
    if context == "whole":
        return pixels
    if photo.face is None:
        raise ValueError(f"{photo.key}: without a face it is unknown what is context")
    if context == "blurred":
        sigma = max(0.5 * photo.face.width, 1.0)
        around = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REFLECT_101)
    elif context == "removed":
        around = np.full_like(pixels, GREY)
    elif donor is None:
        raise ValueError("a context is replaced by another photo's, and none was given")
    else:
        around = _background(donor, pixels.shape[:2])
    head = region_mask(pixels.shape[:2], photo.face, "head", feather=0.1)[..., None]
    return np.asarray(np.rint(pixels * head + around * (1 - head)).astype(np.uint8))


def fills(photo: Photo) -> bool:
    """Return whether the head leaves no context: less than 1 % of the photo is outside."""
    if photo.face is None:
        return False
    return float(region_mask(photo.pixels.shape[:2], photo.face, "head").mean()) > 0.99


def donor_of(photo: Photo, others: Sequence[Photo]) -> Photo | None:
    """Return the photo whose background replaces that of `photo`: the next with a face."""
    usable = [other for other in others if other.identity != photo.identity and other.face]
    later = [other for other in usable if other.key > photo.key]
    return next(iter(later or usable), None)


def _background(donor: Photo, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a photo without its heads, scaled to cover a picture of this shape."""
    height, width = donor.pixels.shape[:2]
    heads = np.zeros((height, width), np.float32)
    for face in donor.faces or ():
        heads = np.maximum(heads, region_mask((height, width), face, "head", margin=0.15))
    scale = min(1.0, _FILL / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(donor.pixels, size, interpolation=cv2.INTER_AREA)
    hole = (cv2.resize(heads, size, interpolation=cv2.INTER_LINEAR) > 0).astype(np.uint8)
    filled = cv2.resize(cv2.inpaint(small, hole, 3, cv2.INPAINT_TELEA), (width, height))
    whole = np.where(heads[..., None] > 0, filled, donor.pixels).astype(np.uint8)
    cover = max(shape[0] / height, shape[1] / width)
    size = (max(shape[1], round(width * cover)), max(shape[0], round(height * cover)))
    large = cv2.resize(whole, size, interpolation=cv2.INTER_LINEAR)
    top, left = (size[1] - shape[0]) // 2, (size[0] - shape[1]) // 2
    return np.asarray(large[top : top + shape[0], left : left + shape[1]], np.uint8)
