"""The attacker without any face model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from unmask.defenses import Photo

from .base import Attacker, Defend, Matrix, Scores, indices, nearest
from .grids import Vectors, aligned_grid, common_window, own_grid

FLAT = 1e-4  # a picture set whose grey values vary less (of 1) holds nothing to learn


class PixelHead:
    """Names people from grey vectors: nearest neighbour, and PCA followed by LDA.

    "Fisherfaces" of Belhumeur, Hespanha and Kriegman, "Eigenfaces vs. Fisherfaces", IEEE
    TPAMI 1997, with the covariance shrunk after Ledoit and Wolf instead of cut off.
    """

    def fit(self, vectors: Vectors, people: np.ndarray) -> Self:
        """Learn from `(G, D)` vectors and their person indices `(G,)`."""
        self._vectors, self._people = vectors, people
        self._flat = float(vectors.std(0).max()) < FLAT
        if not self._flat:
            size = min(len(vectors) - 1, vectors.shape[1], 150)
            self._pca = PCA(size, svd_solver="full").fit(vectors)
            reduced = self._pca.transform(vectors).astype(np.float64)
            self._lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")
            self._lda.fit(reduced / reduced.std(), people)
            self._scale = reduced.std()
        return self

    def nearest(self, vectors: Vectors) -> Matrix:
        """Return `(N, P)`: how near the nearest picture of each person is."""
        known = self._vectors.astype(np.float64)
        probes = vectors.astype(np.float64)
        squared = (
            (probes**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2.0 * (probes @ known.T)
        )
        return nearest(-np.round(squared, 9), self._people)

    def lda(self, vectors: Vectors) -> Matrix:
        """Return `(N, P)`: log-odds of each person after PCA and LDA."""
        if self._flat:
            return np.zeros((len(vectors), int(self._people.max()) + 1))
        reduced = self._pca.transform(vectors).astype(np.float64) / self._scale
        return np.asarray(self._lda.decision_function(reduced), np.float64)


@dataclass
class Pixels(Attacker):
    """Compare grey values of defended photos with those of defended gallery photos.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, which it
    defends itself. Uses no face model, so that nothing learned on clean faces gets in its
    way. Four variants: 32x32 pixels after alignment (`32`), and the photo's own pixels
    before any alignment or resizing (`own`), which is what survives a shuffling of pixels;
    each by nearest neighbour (`nearest`) and PCA followed by LDA (`lda`).
    """

    name: ClassVar[str] = "pixels"
    floors: ClassVar[dict[str, float]] = {"undefended": 0.0}

    def fit(
        self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend
    ) -> Self:
        """Defend the gallery and learn its grey values by heart."""
        self._seen, self._people = defend(gallery), indices(gallery)
        self._small = PixelHead().fit(aligned_grid(self._seen), self._people)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each variant."""
        window = common_window([*self._seen, *probes])  # the sizes of both sides decide
        head = PixelHead().fit(own_grid(self._seen, window), self._people)
        small, own = aligned_grid(probes), own_grid(probes, window)
        return [
            Scores(self._small.nearest(small), "32/nearest"),
            Scores(self._small.lda(small), "32/lda"),
            Scores(head.nearest(own), "own/nearest"),
            Scores(head.lda(own), "own/lda"),
        ]
