"""Whether the new face is a face: a detector that is not fooled by a hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric, Unavailable
from .refound import refound

OVERLAP, FOOLED = 0.4, 0.05  # least intersection over union; share of holes that may pass
GREY = 128


@dataclass(frozen=True)
class HogFace(Metric):
    """Measure whether dlib's HOG detector finds a face in the region that was changed: 1 or 0.

    Other detectors find one in a grey ellipse among hair and shoulders. So the detector is
    first shown the same photos with the region grey, and filled in from its border by
    Telea's method; if it finds faces in more than 5 % of either, it is not counted.
    Photos on which it finds none while clean (small faces, profiles) are left out.
    """

    name: ClassVar = "hog_face"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, 1.0)
    usual: ClassVar = False

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return 1 or 0 per photo; NaN if HOG finds no face on the clean one.

        Raises:
            Unavailable: HOG takes holes for faces on these photos.
        """
        before = found(clean, [Defended(p, "unchanged", d.mask)
                               for p, d in zip(clean, defended, strict=True)])  # fmt: skip
        changed = [d.outcome == "defended" for d in defended]
        for way in ("grey", "Telea"):
            holes = found(clean, painted(clean, defended, way))
            judged = before & changed
            fooled = float(holes[judged].mean()) if judged.any() else 0.0
            if fooled > FOOLED:
                raise Unavailable(f"HOG sees a face in {fooled:.0%} of the regions filled by "
                                  f"'{way}', where there is none; 5 % are allowed")  # fmt: skip
        return np.where(before, found(clean, defended), np.nan)


def found(clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.bool_]:
    """Return `(N,)`: whether HOG finds a face where it was."""
    again = refound(clean, defended, detector="dlib", overlap=OVERLAP)
    return np.array([face is not None for face in again], bool)


def painted(clean: Sequence[Photo], defended: Sequence[Defended], way: str) -> list[Defended]:
    """Return photos whose changed region holds no face: `grey`, or inpainted by `Telea`.

    Reference:
        Alexandru Telea: An image inpainting technique based on the fast marching method.
        Journal of Graphics Tools 9(1), 2004.
    """
    made = []
    for photo, one in zip(clean, defended, strict=True):
        region = (one.mask > 0).astype(np.uint8)
        if way == "Telea" and not region.all():  # it needs something to fill in from
            pixels = cv2.inpaint(photo.pixels, region, 5, cv2.INPAINT_TELEA)
        else:
            pixels = np.where(region[..., None] > 0, GREY, photo.pixels)
        made.append(Defended(photo.with_pixels(pixels.astype(np.uint8)), one.outcome, one.mask))
    return made
