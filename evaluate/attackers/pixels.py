"""The attacker without any face model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Matrix, Scores, indices, nearest
from .grids import Vectors, aligned_grid, common_window, own_grid
from .heads import LDA, Head


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

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Defend the gallery; the grid is known when the sizes of the probes are."""
        self._seen, self._people = defend(gallery), indices(gallery)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each variant."""
        window = common_window([*self._seen, *probes])  # the sizes of both sides decide
        grids = {
            "32": (aligned_grid(self._seen), aligned_grid(probes)),
            "own": (own_grid(self._seen, window), own_grid(probes, window)),
        }
        photos = np.arange(len(self._seen))
        found = []
        for name, (known, new) in grids.items():
            found.append(Scores(nearest(_closeness(new, known), self._people), f"{name}/nearest"))
            head = Head(LDA).fit(known, self._people, photos)
            found.append(Scores(head.scores(new), f"{name}/lda"))
        return found


def _closeness(probes: Vectors, known: Vectors) -> Matrix:
    """Return minus the squared distance of every probe to every known picture."""
    a, b = probes.astype(np.float64), known.astype(np.float64)
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2.0 * (a @ b.T)
    return np.asarray(-np.round(squared, 9))
