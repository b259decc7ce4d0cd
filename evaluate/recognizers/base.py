"""The base of all recognizers: alignment is theirs, batching and caching happen here."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, default_cache
from unmask.defenses.faces.landmarks import Kind
from unmask.defenses.files.class_digest import class_digest
from unmask.defenses.files.code_digest import file_digest
from unmask.defenses.photo import Pixels

Embeddings = NDArray[np.float32]
BATCH = 256  # photos whose chips are held at once; a multiple of what models take together
_KEYS: WeakKeyDictionary[Photo, dict[bytes, bytes]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Recognizer(ABC):
    """A model that turns faces into vectors, near for one person and far for two."""

    licence: ClassVar[str] = ""
    landmarks: ClassVar[tuple[Kind, ...]] = ("five", "points")  # that `chip` looks at

    @staticmethod
    def meant(name: str) -> str:
        """Return the spec that is meant by a model's name or file alone, empty if none is."""
        from .known import KNOWN

        return f"onnx:{name}" if name in KNOWN or name.lower().endswith(".onnx") else ""

    @property
    @abstractmethod
    def label(self) -> str:
        """Name in records, for example `dlib` or `onnx:mobileface_v2`."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Text that changes whenever the embeddings would: hash of weights, settings."""

    @abstractmethod
    def chip(self, photo: Photo) -> Pixels:
        """Return the aligned face as the model wants it, padded by replication.

        Uses the landmarks in `photo.face`; without any, a centre crop.
        """

    @abstractmethod
    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        """Return `(N, D)` float32 for aligned chips of one size."""

    @abstractmethod
    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Return `(len(a), len(b))`, higher is more alike."""

    def embed(self, photos: Sequence[Photo]) -> Embeddings:
        """Return `(N, D)` float32, one vector per photo, in order.

        Vectors are cached on disk by the content of the chip, never the chip itself.
        """
        known_by = class_digest(type(self)) + self.fingerprint + _files_of(self)
        mark = hashlib.sha256(known_by.encode()).digest()
        parts = [photos[start : start + BATCH] for start in range(0, len(photos), BATCH)]
        return np.concatenate([self._embed(mark, some) for some in parts or [photos]])

    def _embed(self, mark: bytes, photos: Sequence[Photo]) -> Embeddings:
        chips: dict[bytes, Pixels] = {}
        keys = [self._key(mark, photo, chips) for photo in photos]
        known = default_cache().get_many(list(dict.fromkeys(keys)))
        missing = {key: photo for key, photo in zip(keys, photos, strict=True) if key not in known}
        if missing:
            cut = [chips[key] if key in chips else self.chip(missing[key]) for key in missing]
            made = self.forward(cut).astype(np.float32)
            self._check(made, len(cut))
            fresh = {key: vector.tobytes() for key, vector in zip(missing, made, strict=True)}
            default_cache().put_many(fresh)
            known |= fresh
        return np.stack([np.frombuffer(known[key], np.float32) for key in keys])

    def _check(self, vectors: Embeddings, count: int) -> None:
        """Refuse what attackers could only learn nothing from, and would call privacy.

        Raises:
            ValueError: not a vector for each face, or numbers that are not finite.
        """
        if vectors.ndim != 2 or len(vectors) != count:
            got = f"got {vectors.shape}"
            raise ValueError(f"{self.label} must give (N, D) for {count} faces, {got}")
        if bad := int((~np.isfinite(vectors)).any(1).sum()):
            told = f"that are not finite for {bad} of {count} faces"
            raise ValueError(f"{self.label} gives numbers {told}")

    def _key(self, mark: bytes, photo: Photo, chips: dict[bytes, Pixels]) -> bytes:
        """Return the key of a photo's vector; a chip that must be cut for it goes to `chips`.

        Attackers ask for the same photos again and again; photos are never written to.
        """
        keys = _KEYS.setdefault(photo, {})
        if mark not in keys:
            chip = np.ascontiguousarray(self.chip(photo))
            keys[mark] = hashlib.sha256(mark + chip.tobytes()).digest()
            chips[keys[mark]] = chip
        return keys[mark]


def _files_of(recognizer: Recognizer) -> str:
    """Return digests of the files that parameters of a model name; empty for one of ours.

    Ours say in `fingerprint` what they are made of, with care. One of others may forget it: then
    vectors of the weights before would be taken for those of the new ones.
    """
    if type(recognizer).__module__.partition(".")[0] == "unmask":
        return ""
    texts = [getattr(recognizer, one.name) for one in fields(recognizer)]
    named = [text for text in texts if isinstance(text, str | Path) and text]
    found = []
    for path in (Path(text).expanduser() for text in named):
        with suppress(OSError):  # a text too long for a path
            found += [file_digest(path)] if path.is_file() else []
    return " ".join(found)
