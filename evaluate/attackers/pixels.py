"""The attacker without any face model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Matrix, Scores, indices, nearest
from .grids import (
    COLOUR,
    Greys,
    OwnGrid,
    Vectors,
    aligned_grid,
    in_colour,
    own_grids,
    squared_distances,
    whole_grid,
)
from .heads import LDA, Head


@dataclass
class Pixels(Attacker):
    """Compare values of defended photos with those of defended gallery photos.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, which it
    defends itself. Uses no face model, so that nothing learned on clean faces gets in its
    way. Four variants on grey values: 32x32 pixels after alignment (`32`), and the photo's own
    pixels before any alignment or resizing (`own`), which is what survives a shuffling of pixels;
    each by nearest neighbour (`nearest`) and PCA followed by LDA (`lda`). Where photos differ in
    size, two more on whole photos that are stretched to one size (`whole`). Where clean or
    defended ones have colours, one more on 56x56 pixels in colour (`colour/lda`), which tells
    more of blurred faces and less of noisy ones.
    """

    name: ClassVar[str] = "pixels"

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Defend the gallery; the grid is known when the sizes of the probes are."""
        self._seen, self._people = defend(gallery), indices(gallery)
        self._coloured = in_colour(gallery)  # asked even where a defense takes all colour away
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each variant."""
        everyone = np.arange(len(self._seen)), np.arange(len(probes))
        aligned = OwnGrid(*everyone, aligned_grid(self._seen), aligned_grid(probes))
        grids = {"32": [aligned], "own": [*own_grids(self._seen, probes, self._people)]}
        if len({photo.shape for photo in (*self._seen, *probes)}) > 1:
            whole = OwnGrid(*everyone, whole_grid(self._seen), whole_grid(probes))
            grids["whole"] = [whole]  # what lies far from the face is in no window
        found = [
            Scores(self._by(way, parts, len(probes)), f"{name}/{way}")
            for name, parts in grids.items()
            for way in ("nearest", "lda")
        ]
        if self._coloured or in_colour((*self._seen, *probes)):
            old, new = (aligned_grid(some, COLOUR, colour=True) for some in (self._seen, probes))
            colours = OwnGrid(*everyone, old, new)
            found.append(Scores(self._by("lda", [colours], len(probes)), "colour/lda"))
        return found

    def _by(self, way: str, parts: Sequence[OwnGrid], count: int) -> Matrix:
        """Score each part of the probes by the photos that it can be compared with."""
        scores = np.zeros((count, int(self._people.max()) + 1))
        for known, asked, old, new in parts:
            people = self._people[known]
            if way == "nearest":
                scores[asked] = nearest(_closeness(new, old), people)
            else:
                scores[asked] = Head(LDA).fit(old, people, known).scores(new)
        return scores


def _closeness(probes: Vectors, known: Vectors) -> Matrix:
    """Return minus the squared distance of every probe to every known picture."""
    if isinstance(probes, Greys) and isinstance(known, Greys):
        return -squared_distances(probes, known)
    a, b = probes.astype(np.float64), known.astype(np.float64)
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2.0 * (a @ b.T)
    return np.asarray(-np.round(squared, 9))
