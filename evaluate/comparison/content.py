"""What the photos of a run are, by content: who is who, in which role, with which faces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from weakref import WeakKeyDictionary

import numpy as np

from unmask.defenses import Photo

from ..data.scene import Scene

_DIGITS = 16
_known: WeakKeyDictionary[Photo, bytes] = WeakKeyDictionary()
_scenes: WeakKeyDictionary[Scene, str] = WeakKeyDictionary()


def content_of(scene: Scene) -> str:
    """Return 16 hexadecimal digits over everything that a figure can depend on in the photos.

    These are key, identity, role, shape, pixels and faces of each photo, in their order; not
    the name of the data set. Scenes with the same digest give the same figures.
    """
    if scene not in _scenes:
        whole = hashlib.sha256()
        for role, photos in (
            ("gallery", scene.gallery), ("probe", scene.probes), ("background", scene.background),
        ):  # fmt: skip
            whole.update(f"{role} {len(photos)}\n".encode() + _joined(photos))
        _scenes[scene] = whole.hexdigest()[:_DIGITS]
    return _scenes[scene]


def content_of_photos(photos: Iterable[Photo]) -> str:
    """Return 16 hexadecimal digits over some photos in their order, as `content_of` does."""
    return hashlib.sha256(_joined(photos)).hexdigest()[:_DIGITS]


def _joined(photos: Iterable[Photo]) -> bytes:
    return b"".join(map(_digest, photos))


def _digest(photo: Photo) -> bytes:
    if photo not in _known:
        whole = hashlib.sha256()
        faces = "unknown" if photo.faces is None else len(photo.faces)
        for text in (photo.key, photo.identity, str(photo.pixels.shape), str(faces)):
            _add(whole, text.encode())
        _add(whole, np.ascontiguousarray(photo.pixels).data)
        for face in photo.faces or ():
            for part in ((*face.box, face.score), face.five, face.points):
                numbers = b"" if part is None else np.asarray(part, "<f8").tobytes()
                _add(whole, numbers)
        _known[photo] = whole.digest()
    return _known[photo]


def _add(whole: hashlib._Hash, part: bytes | memoryview) -> None:
    """Add a part behind its length, so that no two lists of parts are one text."""
    whole.update(memoryview(part).nbytes.to_bytes(8))
    whole.update(part)
