"""Faces as vectors, made many at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Face, Photo, Pixels
from unmask.defenses.faces.landmarks import with_landmarks

from ..recognizers.base import Recognizer
from .seers import Box

_FULL = 256  # chips that are kept before they become vectors
Key = tuple[Any, ...]


class Vectors:
    """Vectors of faces by key; their chips wait until there are enough for a batch.

    Args:
        models: the recognizers, by name.
    """

    def __init__(self, models: dict[str, Recognizer]) -> None:
        self.models = models
        self._waiting: list[tuple[Key, list[Pixels]]] = []
        self._made: dict[str, dict[Key, NDArray[np.float32]]] = {name: {} for name in models}

    def add(self, key: Key, pixels: Pixels, face: Face) -> None:
        """Take a face.

        Args:
            key: what to ask for it by.
            pixels: the photo.
            face: with its landmarks.
        """
        photo = Photo(pixels, faces=(face,))
        self._waiting.append((key, [model.chip(photo) for model in self.models.values()]))
        if len(self._waiting) >= _FULL:
            self._make()

    def get(self, model: str, key: Key) -> NDArray[np.float32] | None:
        """Return the vector of a face, None if it was never added."""
        if self._waiting:
            self._make()
        return self._made[model].get(key)

    def distance(self, model: str, a: Key, b: Key) -> float:
        """Return how far two faces are from each other; infinite if one is unknown."""
        one, other = self.get(model, a), self.get(model, b)
        if one is None or other is None:
            return float("inf")
        return -float(self.models[model].similarity(one[None], other[None])[0, 0])

    def _make(self) -> None:
        keys = [key for key, _ in self._waiting]
        for place, (name, model) in enumerate(self.models.items()):
            made = model.forward([chips[place] for _, chips in self._waiting])
            self._made[name].update(zip(keys, made.astype(np.float32), strict=True))
        self._waiting.clear()


def face_at(pixels: Pixels, box: Box) -> Face:
    """Return a face with its landmarks."""
    return with_landmarks(pixels, [Face(box)])[0]
