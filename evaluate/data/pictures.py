"""Defended pictures that took long to make, kept for the time of one run."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from unmask.defenses import Defended, Defense, Photo
from unmask.defenses.files.cache import Cache

CAP = 2 << 30  # bytes
_SLOW = 0.005  # seconds a photo: what is quicker to make than to read is not kept


class Pictures:
    """A store of what a defense made, by content of photo, defense and seed.

    It lives in the run folder and goes with it, because a weak defense leaves a face that
    can be recognized.

    Args:
        path: the file; several processes may share it.
        basis: digest of what else decides the pictures: the code of the defense, and the
            photos that it may have learned from.
        cap: bytes; what was not used for longest goes first.
    """

    def __init__(self, path: Path, basis: str = "", cap: int = CAP) -> None:
        self._cache, self._basis = Cache(path, cap), basis

    def many(self, defense: Defense, photos: Sequence[Photo], *, seed: int) -> list[Defended]:
        """Return what `defense.many` returns, in part from the store."""
        keys = [self._key(defense, photo, seed) for photo in photos]
        known = self._cache.get_many(keys)
        made = {k: _unpack(known[k], p) for k, p in zip(keys, photos, strict=True) if k in known}
        todo = {k: p for k, p in zip(keys, photos, strict=True) if k not in made}
        start = time.perf_counter()
        fresh = dict(zip(todo, defense.many(list(todo.values()), seed=seed), strict=True))
        if todo and (time.perf_counter() - start) / len(todo) > _SLOW:
            self._cache.put_many({key: _pack(done) for key, done in fresh.items()})
        made |= fresh
        return [made[key] for key in keys]

    def _key(self, defense: Defense, photo: Photo, seed: int) -> bytes:
        text = f"{self._basis} {defense.spec} {seed} {photo.key} {photo.pixels.shape}"
        mark = hashlib.sha256(text.encode())
        for face in photo.faces or ():
            for part in (face.box, face.five, face.points):
                mark.update(b"-" if part is None else np.asarray(part, np.float64).tobytes())
        mark.update(photo.pixels.tobytes())
        return mark.digest()


def _pack(done: Defended) -> bytes:
    head = json.dumps([done.outcome, done.reason]).encode()
    mask = np.ascontiguousarray(done.mask, np.float32).tobytes()
    body = b"".join((len(head).to_bytes(4), head, done.photo.pixels.tobytes(), mask))
    return zlib.compress(body, 1)


def _unpack(entry: bytes, photo: Photo) -> Defended:
    """Return what `_pack` packed; the cache gives back nothing that was damaged."""
    body = zlib.decompress(entry)
    start = 4 + int.from_bytes(body[:4])
    outcome, reason = json.loads(body[4:start])
    size = photo.pixels.size
    pixels = np.frombuffer(body, np.uint8, size, start).reshape(photo.pixels.shape).copy()
    mask = np.frombuffer(body, np.float32, -1, start + size).reshape(photo.pixels.shape[:2])
    return Defended(photo.with_pixels(pixels), outcome, mask.copy(), reason)
