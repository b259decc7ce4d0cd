"""Grey pictures as plain vectors: small and aligned, or on the photo's own grid."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

Vectors = NDArray[np.float32]


def aligned_grid(photos: Sequence[Photo], size: int = 32) -> Vectors:
    """Return `(N, size * size)`, float32, 0 to 1: faces turned upright and scaled.

    The eyes found on the clean photo are brought to fixed places; without landmarks the
    box is used, without a face the whole photo.
    """
    vectors = []
    for photo in photos:
        big = 2 * size  # averaged down afterwards, so that fine patterns are not aliased away
        grey = _grey(photo)
        chip = cv2.warpAffine(
            grey, _to_chip(photo, big), (big, big), borderMode=cv2.BORDER_REPLICATE
        )
        vectors.append(cv2.resize(chip, (size, size), interpolation=cv2.INTER_AREA).ravel())
    return np.asarray(np.array(vectors) / np.float32(255), np.float32)


def own_grid(photos: Sequence[Photo], window: tuple[int, int] | None) -> Vectors:
    """Return `(N, D)`, float32, 0 to 1: grey values as they are, before any resizing.

    Args:
        photos: the photos.
        window: None if all photos have one size and are taken whole; else height and width
            of the part around the face that is cut out (padded by replication).
    """
    greys = [_grey(photo) for photo in photos]
    if window:
        greys = [_cut(grey, p, window) for grey, p in zip(greys, photos, strict=True)]
    return np.asarray(np.array([grey.ravel() for grey in greys]) / np.float32(255), np.float32)


def common_window(photos: Sequence[Photo]) -> tuple[int, int] | None:
    """Return the `window` for `own_grid`: None where all photos have one size."""
    if len({photo.pixels.shape for photo in photos}) == 1:
        return None
    side = round(1.4 * float(np.median([photo.face_width for photo in photos])))
    return side, side


def _grey(photo: Photo) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _cut(grey: NDArray[np.uint8], photo: Photo, window: tuple[int, int]) -> NDArray[np.uint8]:
    height, width = window
    if photo.face:
        x, y, w, h = photo.face.box
        centre = (x + w / 2, y + h / 2)
    else:
        centre = (grey.shape[1] / 2, grey.shape[0] / 2)
    left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
    rows = np.clip(np.arange(top, top + height), 0, grey.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, grey.shape[1] - 1)
    return grey[np.ix_(rows, columns)]


def _to_chip(photo: Photo, size: int) -> NDArray[np.float64]:
    face = photo.face
    if face and face.five is not None:
        right, left = face.five[:2].mean(0), face.five[2:4].mean(0)
        along, target = right - left, np.array([0.4 * size, 0.0])
        middle, goal = (right + left) / 2, np.array([size / 2, 0.38 * size])
    else:
        if face:
            x, y, w, h = face.box
        else:
            x, y, (h, w) = 0.0, 0.0, photo.pixels.shape[:2]
        along, target = np.array([max(w, h), 0.0]), np.array([0.9 * size, 0.0])
        middle, goal = np.array([x + w / 2, y + h / 2]), np.array([size / 2, size / 2])
    # the similarity that turns `along` into `target`, as one complex number
    turn = complex(*target) / complex(*along)
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([matrix, goal - matrix @ middle])
