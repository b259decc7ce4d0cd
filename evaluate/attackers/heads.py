"""Classifiers that an attacker trains; what is to be chosen is chosen inside the gallery."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from .base import Matrix

FLAT = 1e-4  # features that all vary less than this hold nothing to learn

Vectors = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]


class _Spread:
    """Covariance of one person's photos, shrunk after Ledoit and Wolf, feature by feature.

    What `shrinkage="auto"` does, but it also knows that a single photo has no spread; those
    who have several then tell how far photos of one person lie apart.
    """

    covariance_: Matrix

    def fit(self, vectors: Matrix) -> Self:
        size = vectors.shape[1]
        self.covariance_ = np.zeros((size, size))
        if len(vectors) > 1:
            scaler = StandardScaler()
            found = ledoit_wolf(scaler.fit_transform(vectors))[0]
            self.covariance_ = scaler.scale_[:, None] * found * scaler.scale_[None]
        return self


class _Discriminant:
    """LDA; with too few photos for a spread within people, the nearest mean of a person."""

    def fit(self, vectors: Matrix, people: Indices) -> Self:
        self._names = np.unique(people)
        self._means = np.stack([vectors[people == name].mean(0) for name in self._names])
        self._model = None
        if len(vectors) > len(self._names):  # else nobody has a spread
            with contextlib.suppress(np.linalg.LinAlgError):
                model = LinearDiscriminantAnalysis(solver="eigen", covariance_estimator=_Spread())
                self._model = model.fit(vectors, people)
        return self

    def decision_function(self, vectors: Matrix) -> Matrix:
        if self._model is not None:
            return np.asarray(self._model.decision_function(vectors), np.float64)
        return np.asarray(-((vectors[:, None] - self._means[None]) ** 2).sum(2))

    def predict(self, vectors: Matrix) -> Indices:
        if self._model is not None:
            return np.asarray(self._model.predict(vectors), np.int64)
        return np.asarray(self._names[self.decision_function(vectors).argmax(1)], np.int64)


def _lda() -> Any:
    return _Discriminant()


def _logistic() -> Any:
    return LogisticRegression(C=0.1, tol=1e-3, max_iter=1000)


LDA: tuple[Callable[[], Any], ...] = (_lda,)
EITHER: tuple[Callable[[], Any], ...] = (_lda, _logistic)


class Head:
    """PCA, then LDA or (if asked) the better of LDA and logistic regression.

    "Fisherfaces" of Belhumeur, Hespanha and Kriegman, "Eigenfaces vs. Fisherfaces", IEEE
    TPAMI 1997, with the covariance shrunk after Ledoit and Wolf instead of cut off. Between
    candidates, cross-validation inside the gallery decides: all copies of a photo are held
    out together, so that a copy never vouches for its original.

    Args:
        candidates: makers of classifiers with `decision_function`.
        most: largest number of principal components.
    """

    def __init__(
        self, candidates: Sequence[Callable[[], Any]] = EITHER, *, most: int = 150
    ) -> None:
        self.candidates, self.most = candidates, most

    def fit(self, vectors: Vectors, people: Indices, photos: Indices) -> Self:
        """Learn from `(M, D)` vectors, their people `(M,)` and their source photos `(M,)`."""
        self._count = int(people.max()) + 1
        self._middle = vectors.mean(0, dtype=np.float64).astype(np.float32)
        centred = vectors.astype(np.float32) - self._middle
        self._flat = float(np.abs(centred).max()) <= FLAT
        if self._flat:
            return self
        size = min(len(centred) - 1, centred.shape[1], self.most)
        solver = "full" if 2 * size > min(centred.shape) else "randomized"
        self._pca = PCA(size, svd_solver=solver, random_state=0).fit(centred)
        reduced = self._pca.transform(centred).astype(np.float64)
        self._scale = float(reduced.std())
        reduced = reduced / self._scale
        best = self.candidates[0]
        if len(self.candidates) > 1:
            folds = folds_of(people, photos)
            right = [_validated(make, reduced, people, folds) for make in self.candidates]
            best = self.candidates[int(np.argmax(right))]
        self._model = best().fit(reduced, people)
        return self

    def scores(self, vectors: Vectors) -> Matrix:
        """Return `(N, P)` log-probabilities; all equal where there was nothing to learn."""
        if self._flat:
            return np.full((len(vectors), self._count), -np.log(self._count))
        centred = vectors.astype(np.float32) - self._middle
        reduced = self._pca.transform(centred).astype(np.float64) / self._scale
        return log_softmax(np.asarray(self._model.decision_function(reduced), np.float64))


def log_softmax(logits: Matrix) -> Matrix:
    """Return row-wise log-probabilities."""
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)), np.float64)


def folds_of(people: Indices, photos: Indices, count: int = 3) -> Indices:
    """Deal each person's photos out to `count` folds; copies of a photo stay together."""
    folds = np.zeros(len(people), np.int64)
    for person in np.unique(people):
        for turn, photo in enumerate(np.unique(photos[people == person])):
            folds[photos == photo] = turn % count
    return folds


def _validated(make: Callable[[], Any], vectors: Matrix, people: Indices, folds: Indices) -> float:
    right = 0
    for fold in np.unique(folds):
        held = folds == fold
        if len(np.unique(people[~held])) < 2:
            continue
        model = make().fit(vectors[~held], people[~held])
        right += int((model.predict(vectors[held]) == people[held]).sum())
    return right / len(people)
