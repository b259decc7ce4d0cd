"""The attacker that trains on its own defended photos ("parrot")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Matrix, Scores, indices
from .grids import Indices, aligned_grid, own_grids
from .heads import Head

PARTS = ("embeddings", "pixels", "outside", "cnn")


@dataclass
class Retrained(Attacker):
    """Train classifiers on defended copies of the gallery.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos, of which
    it makes several defended copies, flipped, shifted and scaled. The "parrot" attack of
    Newton, Sweeney and Malin, "Preserving Privacy by De-identifying Face Images", IEEE TKDE
    2005, with the trained classifiers of McPherson, Shokri and Shmatikov, "Defeating Image
    Obfuscation with Deep Learning", arXiv 1609.00408. Where they train one network from
    scratch, we train several heads and count the best: with a handful of photos per person
    no single one is always strongest.

    Variants: `embeddings` (PCA with LDA or logistic regression on the vectors of each
    recognizer), `pixels` (the same on grey values, small and aligned and on the photo's own
    grid), `outside` (the same with the region that the defense may change blanked, so that
    what is painted there cannot distract from hair, clothes and background), `cnn` (a small
    convolutional network on pixels), `fused` (their log-probabilities averaged, without the
    network) and `fused/cnn` (with it: a weak network must not make a strong average weaker).

    Args:
        parts: variants to train, joined by `+`; `fused` comes by itself.
        draws: defended copies of each gallery photo.
    """

    parts: str = "embeddings+pixels+outside"
    draws: int = 4

    name: ClassVar[str] = "retrained"

    def __post_init__(self) -> None:
        """Check the parameters."""
        unknown = [part for part in self.parts.split("+") if part not in PARTS]
        if unknown:
            raise ValueError(f"parts are joined from {'+'.join(PARTS)}, got '{self.parts}'")
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, got {self.draws}")

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Make the copies; the heads are trained when the sizes of the probes are known."""
        varied = defend.varied(gallery, draws=self.draws, seed=self.seed)
        self._defend = defend
        self._copies = [copy for _, defended in varied for copy in defended]
        self._clean = [photo for clean, _ in varied for photo in clean]
        self._people = np.tile(indices(gallery), self.draws)
        self._sources = np.tile(np.arange(len(gallery)), self.draws)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score by each variant and by all together."""
        parts = self.parts.split("+")
        found: list[Scores] = []
        if "embeddings" in parts:
            for recognizer in self.recognizers:
                scores = self._head(recognizer.embed(self._copies), recognizer.embed(probes))
                found.append(Scores(scores, "embeddings", recognizer.label))
        if "pixels" in parts:
            found.append(Scores(self._pixels(self._copies, probes), "pixels"))
        if "outside" in parts:
            known, new = self._defend.outside(self._clean), self._defend.outside(probes)
            if known is not None and new is not None:
                found.append(Scores(self._pixels(known, new), "outside"))
            elif "pixels" in parts:  # nothing is outside: the whole photo counts
                found.append(replace(found[-1], variant="outside"))
            else:
                found.append(Scores(self._pixels(self._copies, probes), "outside"))
        if len(found) > 1:
            found.append(Scores(_mean(found), "fused"))
        if "cnn" in parts:
            from .cnn import Cnn  # torch is loaded only for those who ask

            network = Cnn(seed=self.seed).fit(self._copies, self._people, self._sources)
            own = Scores(network.scores(probes), "cnn")
            single = [entry for entry in found if entry.variant != "fused"]
            found.append(own)
            if single:
                found.append(Scores(_mean([*single, own]), "fused/cnn"))
        return found

    def _pixels(self, known_photos: Sequence[Photo], probes: Sequence[Photo]) -> Matrix:
        aligned = self._head(aligned_grid(known_photos), aligned_grid(probes))
        own = np.zeros_like(aligned)
        for known, asked, old, new in own_grids(known_photos, probes, self._people):
            own[asked] = self._head(old, new, known)
        return np.asarray(np.mean([aligned, own], 0))

    def _head(self, old: np.ndarray, new: np.ndarray, known: Indices | None = None) -> Matrix:
        chosen = slice(None) if known is None else known
        return Head().fit(old, self._people[chosen], self._sources[chosen]).scores(new)


def _mean(found: Sequence[Scores]) -> Matrix:
    together = [entry.people for entry in found if entry.people is not None]
    return np.asarray(np.mean(together, 0), np.float64)
