"""Faces as dlib's recognizer expects them; nothing heavy is imported for that."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Photo, Pixels
from .align import aligned, centre_crop, similarity_transform

WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat"
CHIP = 150  # side of the network's input in pixels
PADDING = 0.25  # what dlib adds around the face on each side, share of the inner square
_FACE = (  # mean position of `Face.five` in the inner square, as dlib's aligner has it
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)


def dlib_chip(photo: Photo) -> Pixels:
    """Return the main face, upright, as dlib's network expects it.

    The geometry is that of `dlib.get_face_chip(size=150, padding=0.25)`, to a hundredth of a
    pixel. Two things differ: outside the photo its border is repeated, where dlib paints
    black; and values between two levels are rounded, where dlib cuts them off.

    Returns:
        `(150, 150, 3)`, uint8; a centre crop if `photo.face` has no (usable) five points.
    """
    to_photo = chip_to_photo(photo)
    if to_photo is None:
        return centre_crop(photo.pixels, CHIP)
    return aligned(photo.pixels, cv2.invertAffineTransform(to_photo).astype(np.float64), CHIP)


def chip_to_photo(photo: Photo) -> NDArray[np.float64] | None:
    """Return `(2, 3)`: where in the photo each pixel of the chip comes from.

    None where `photo.face` has no (usable) five points.
    """
    if photo.face is None or photo.face.five is None:
        return None
    template = (np.array(_FACE) + PADDING) / (1 + 2 * PADDING) * CHIP
    to_photo = similarity_transform(template, photo.face.five)  # fitted in this direction
    # dlib fits edges of pixels, then samples from centre to centre of the outermost ones
    scale = np.hypot(*to_photo[:, 0])
    if scale * CHIP < 2:  # landmarks of a face of a pixel or two lie on one spot
        return None
    step = (CHIP - 1 / scale) / (CHIP - 1)
    to_photo[:, 2] += to_photo[:, :2] @ np.full(2, CHIP / 2 - step * (CHIP - 1) / 2)
    to_photo[:, :2] *= step
    return to_photo
