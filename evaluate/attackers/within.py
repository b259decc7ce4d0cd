"""A metric in which photos of one person lie together, learned on other people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.covariance import ledoit_wolf

from .base import Matrix
from .fusion import Belief, Rows, held_out
from .heads import FLAT, Indices, Vectors

LEAST = 3  # people with two or more photos from whom a metric can be learned


class Within:
    """Scale away what differs between photos of one person, then compare directions.

    Within-class covariance normalization of A. O. Hatch, S. Kajarekar, A. Stolcke,
    "Within-Class Covariance Normalization for SVM-Based Speaker Recognition", Interspeech 2006,
    with the covariance shrunk after Ledoit and Wolf. Each person is the mean of the known photos.
    """

    def fit(self, vectors: Vectors, people: Indices) -> Self:
        """Learn from `(M, D)` vectors of people `(M,)`; who has one photo teaches the middle.

        Raises:
            ValueError: fewer than `LEAST` of them have two or more photos.
        """
        if why := lacking(people):
            raise ValueError(why)
        several = _several(people)
        spread = np.concatenate(
            [vectors[people == name] - vectors[people == name].mean(0) for name in several]
        ).astype(np.float64)
        spread *= np.sqrt(len(spread) / (len(spread) - len(several)))  # of means, not of truths
        self._middle = vectors.mean(0, dtype=np.float64)
        self._turn = np.eye(vectors.shape[1])
        if float(np.abs(spread).max()) > FLAT:
            powers, turn = np.linalg.eigh(ledoit_wolf(spread, assume_centered=True)[0])
            self._turn = turn / np.sqrt(np.maximum(powers, powers[-1] * 1e-9))
        return self

    def belief(self, known: Vectors, asked: Vectors, people: Indices, photos: Indices) -> Belief:
        """Score people by the cosine to the mean of their known photos.

        Args:
            known: `(M, D)`, the gallery.
            asked: `(N, D)`, the probes.
            people: `(M,)`, who is on each known photo.
            photos: `(M,)`, which photo each is a copy of.
        """
        known, asked = self._directions(known), self._directions(asked)

        def alike(here: Rows, others: Rows) -> Matrix:
            return np.asarray(known[here] @ _means(known[others], people[others]).T)

        unseen = held_out(people, photos, alike)
        return Belief(unseen, np.round(asked @ _means(known, people).T, 9))

    def _directions(self, vectors: Vectors) -> Matrix:
        return unit((vectors - self._middle) @ self._turn)


def lacking(people: Indices) -> str:
    """Say why nothing can be learned from photos of these people; empty if it can."""
    count = len(_several(people))
    if count >= LEAST:
        return ""
    return f"needs {LEAST} background people with two or more photos, got {count}"


def joined(vectors: Sequence[Vectors]) -> Matrix:
    """Return `(M, D1 + D2 + ...)`: vectors of several models side by side, each of length 1."""
    return np.hstack([unit(some) for some in vectors])


def unit(vectors: Vectors) -> Matrix:
    """Return vectors of length 1; of nothing, nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float64)


def _several(people: Indices) -> Indices:
    names, counts = np.unique(people, return_counts=True)
    return np.asarray(names[counts > 1], np.int64)


def _means(vectors: Matrix, people: Indices) -> Matrix:
    return unit(np.stack([vectors[people == name].mean(0) for name in np.unique(people)]))
