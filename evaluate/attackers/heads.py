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

from ..statistics import mean_of
from .base import Matrix

FLAT = 1e-4  # features that all vary less than this hold nothing to learn
NOTHING = 1e-12  # share of the largest variance below which a direction is rounding alone
BLOCK = 4096  # pixels that are worked on together

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

    @property
    def even(self) -> bool:
        """Whether it knows nothing of how often it saw somebody."""
        return self._model is None

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
LOGISTIC: tuple[Callable[[], Any], ...] = (_logistic,)
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

    held_out: Matrix
    """`(M, P)`, log-probabilities of the known photos from classifiers that saw no copy of them,
    where there is a choice between candidates; see `judged` for the rows that mean something."""

    def __init__(
        self, candidates: Sequence[Callable[[], Any]] = EITHER, *, most: int = 150
    ) -> None:
        self.candidates, self.most = candidates, most

    def fit(self, vectors: Vectors, people: Indices, photos: Indices) -> Self:
        """Learn from `(M, D)` vectors, their people `(M,)` and their source photos `(M,)`."""
        count = int(people.max()) + 1
        self._span = _Span(vectors)
        known = self._span.known
        best = self.candidates[0]
        if len(self.candidates) > 1:
            tried = [np.full((len(people), count), -np.log(count)) for _ in self.candidates]
            folds, rows = folds_of(people, photos), judged(people, photos)
            for fold in np.unique(folds[rows]):
                here, others = rows & (folds == fold), folds != fold
                reduced = _Reduced(known[others], self.most)
                for make, found in zip(self.candidates, tried, strict=True):
                    found[here] = _Trained(make, reduced, people[others], count)(known[here])
            right = [_right(one, people, rows) for one in tried]
            chosen = int(np.argmax(right))
            best, self.held_out = self.candidates[chosen], tried[chosen]
        self._trained = _Trained(best, _Reduced(known, self.most), people, count)
        return self

    def scores(self, vectors: Vectors) -> Matrix:
        """Return `(N, P)` log-probabilities; all equal where there was nothing to learn."""
        return self._trained(self._span(vectors))


def _right(logs: Matrix, people: Indices, rows: NDArray[np.bool_]) -> float:
    """Return how much is named of some rows; rounded, so that the first of equals is chosen."""
    return round(mean_of((logs.argmax(1) == people)[rows], people[rows]), 9)


class _Span:
    """Vectors in coordinates of what the known ones span: all that tells them apart.

    Pictures have far more pixels than there are known ones; a turn of axes keeps every distance
    and spares the rest of the work. Summed up in blocks of pixels, for which no copy of all
    pictures in double precision is needed.
    """

    known: Matrix

    def __init__(self, known: Vectors) -> None:
        self._given, self._middle = known, known.mean(0, dtype=np.float64)
        self._turn: Matrix | None = None
        if known.shape[1] <= len(known):
            self.known = known - self._middle
            return
        squares, turn = np.linalg.eigh(self._products(known))
        kept = squares > max(float(squares[-1]) * NOTHING, 0.0)
        lengths = np.sqrt(squares[kept])
        self.known, self._turn = turn[:, kept] * lengths, turn[:, kept] / lengths

    def __call__(self, vectors: Vectors) -> Matrix:
        if self._turn is None:
            return np.asarray(vectors - self._middle, np.float64)
        return np.asarray(self._products(vectors) @ self._turn, np.float64)

    def _products(self, vectors: Vectors) -> Matrix:
        found = np.zeros((len(vectors), len(self._given)))
        for start in range(0, vectors.shape[1], BLOCK):
            place = slice(start, start + BLOCK)
            a, b = (v[:, place] - self._middle[place] for v in (vectors, self._given))
            found += a @ b.T
        return found


class _Reduced:
    """The first principal components of some vectors, scaled as one."""

    def __init__(self, vectors: Matrix, most: int) -> None:
        self._middle = vectors.mean(0)
        centred = vectors - self._middle
        self.flat = float(np.abs(centred).max(initial=0)) <= FLAT
        if self.flat:
            return
        size = min(len(centred) - 1, centred.shape[1], most)
        solver = "full" if 2 * size > min(centred.shape) else "randomized"
        self._pca = PCA(size, svd_solver=solver, random_state=0).fit(centred)
        self._scale = float(self._pca.transform(centred).std())
        self.known = self(vectors)

    def __call__(self, vectors: Matrix) -> Matrix:
        return np.asarray(self._pca.transform(vectors - self._middle) / self._scale, np.float64)


class _Trained:
    """A classifier on components; whom it has not seen is the least likely.

    All people are equally likely beforehand, as they weigh the same in every figure: what a
    classifier says is divided by how often it saw somebody, else it would name the most
    photographed wherever it is not sure, and reach too little (A. K. Menon et al.: Long-Tail
    Learning via Logit Adjustment, ICLR 2021).
    """

    def __init__(
        self, make: Callable[[], Any], reduced: _Reduced, people: Indices, count: int
    ) -> None:
        self._reduced, self._count = reduced, count
        self._names = np.unique(people)
        self._blind = reduced.flat or len(self._names) < 2
        if not self._blind:
            self._model = make().fit(reduced.known, people)
            even = getattr(self._model, "even", False)
            self._lean = 0.0 if even else np.log(np.unique(people, return_counts=True)[1])

    def __call__(self, vectors: Matrix) -> Matrix:
        if self._blind:
            return np.full((len(vectors), self._count), -np.log(self._count))
        logits = np.asarray(self._model.decision_function(self._reduced(vectors)), np.float64)
        if logits.ndim == 1:  # of two people, scikit-learn gives the difference
            logits = np.stack([-logits / 2, logits / 2], 1)
        logits = logits - self._lean
        found = np.repeat(logits.min(1, keepdims=True), self._count, 1)
        found[:, self._names] = logits
        return log_softmax(found)


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


def judged(people: Indices, photos: Indices) -> NDArray[np.bool_]:
    """Return `(M,)`: the known photos whose person has another one when they are held out."""
    single = [p for p in np.unique(people) if len(np.unique(photos[people == p])) < 2]
    return ~np.isin(people, single)
