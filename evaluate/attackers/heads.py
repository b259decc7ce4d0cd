"""Classifiers that an attacker trains; their settings are chosen inside the gallery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from .base import Matrix

FLAT = 1e-6  # features that vary less (of their own scale) hold nothing to learn

Vectors = NDArray[np.floating[Any]]
People = NDArray[np.int64]


class Head:
    """PCA, then the better of LDA and logistic regression.

    The choice is made by cross-validation inside the gallery: all copies of a photo are
    held out together, so that a copy never vouches for its original.

    Args:
        most: largest number of principal components.
    """

    def __init__(self, *, most: int = 150) -> None:
        self.most = most

    def fit(self, vectors: Vectors, people: People, photos: NDArray[np.int64]) -> Self:
        """Learn from `(M, D)` vectors, their people `(M,)` and their source photos `(M,)`."""
        self._count = int(people.max()) + 1
        self._middle = vectors.mean(0)
        spread = float(np.abs(vectors - self._middle).max())
        self._flat = spread <= FLAT * max(1.0, float(np.abs(vectors).max()))
        if self._flat:
            return self
        reduced = self._reduce(vectors)
        folds = _folds(people, photos)
        best = max(CANDIDATES, key=lambda make: _validated(make, reduced, people, folds))
        self._model = best().fit(reduced, people)
        return self

    def scores(self, vectors: Vectors) -> Matrix:
        """Return `(N, P)` log-probabilities."""
        if self._flat:
            return np.full((len(vectors), self._count), -np.log(self._count))
        centred = (vectors - self._middle).astype(np.float64)
        reduced = self._pca.transform(centred) / self._scale
        return log_softmax(np.asarray(self._model.decision_function(reduced), np.float64))

    def _reduce(self, vectors: Vectors) -> Matrix:
        centred = (vectors - self._middle).astype(np.float64)
        size = min(len(centred) - 1, centred.shape[1], self.most)
        self._pca = PCA(size, svd_solver="full" if size > 0.5 * min(centred.shape) else
                        "randomized", random_state=0).fit(centred)  # fmt: skip
        reduced = self._pca.transform(centred)
        self._scale = float(reduced.std()) or 1.0
        return np.asarray(reduced / self._scale, np.float64)


def log_softmax(logits: Matrix) -> Matrix:
    """Return row-wise log-probabilities."""
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)), np.float64)


def _lda() -> Any:
    return LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")


def _logistic() -> Any:
    return LogisticRegression(C=1.0, max_iter=300)


CANDIDATES: tuple[Callable[[], Any], ...] = (_lda, _logistic)


def _folds(people: People, photos: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return `(M,)` 0 to 2: each person's photos are dealt out, copies stay together."""
    folds = np.zeros(len(people), np.int64)
    for person in np.unique(people):
        mine = np.unique(photos[people == person])
        for turn, photo in enumerate(mine):
            folds[photos == photo] = turn % 3
    return folds


def _validated(
    make: Callable[[], Any], vectors: Matrix, people: People, folds: NDArray[np.int64]
) -> float:
    right = 0
    for fold in np.unique(folds):
        held = folds == fold
        if len(np.unique(people[~held])) < 2:
            continue
        model = make().fit(vectors[~held], people[~held])
        right += int((model.predict(vectors[held]) == people[held]).sum())
    return right / len(people)
