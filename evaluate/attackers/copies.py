"""Varied copies of gallery photos for an attacker to defend and learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np

from unmask.defenses import Face, Photo


def varied_copies(photos: Sequence[Photo], *, draws: int, seed: int = 0) -> list[list[Photo]]:
    """Return `draws` lists of clean copies, each in the order of `photos`.

    The first list holds the photos as they are; the others are flipped, shifted and scaled
    a little. They are to be defended afterwards, so that a block grid or a box falls
    elsewhere, as it will on the probes.

    Args:
        photos: clean photos with their faces.
        draws: number of copies of each photo.
        seed: seed of the shifts.
    """
    return [
        [_varied(photo, draw, seed) if draw else photo for photo in photos]
        for draw in range(draws)
    ]


def _varied(photo: Photo, draw: int, seed: int) -> Photo:
    text = f"{seed} {draw} {photo.key}"
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))
    height, width = photo.shape[:2]
    pixels, faces = photo.pixels, photo.faces
    if draw % 2:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
        faces = tuple(_flipped(face, width) for face in faces or ())
    scale = float(rng.uniform(0.95, 1.05))
    reach = 0.04 * photo.face_width
    centre = np.array([width / 2, height / 2])
    shift = centre - scale * centre + rng.uniform(-reach, reach, 2)
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    warped = cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    moved = np.asarray(warped, np.uint8)
    dx, dy = (float(v) / scale for v in shift)
    faces = tuple(face.moved(dx, dy, scale) for face in faces or ())
    return photo.with_pixels(moved).relabelled(key=f"{photo.key}#{draw}", faces=faces)


def _flipped(face: Face, width: int) -> Face:
    """Mirror a face; the landmarks are put in order again."""
    x, y, w, h = face.box
    five = points = None
    if face.five is not None:
        five = _mirrored(face.five, width)[[2, 3, 0, 1, 4]]
    if face.points is not None:
        points = _mirrored(face.points, width)[_MIRROR_68]
    return Face((width - x - w, y, w, h), face.score, five, points)


def _mirrored(points: np.ndarray, width: int) -> np.ndarray:
    return np.column_stack([width - 1 - points[:, 0], points[:, 1]]).astype(np.float32)


def _mirror_68() -> list[int]:
    """Return where each of the 68 points finds its mirror image."""
    jaw = list(range(16, -1, -1))
    brows = list(range(26, 16, -1))
    nose = [27, 28, 29, 30, 35, 34, 33, 32, 31]
    eyes = [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    lips = [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    return jaw + brows + nose + eyes + lips


_MIRROR_68 = _mirror_68()
