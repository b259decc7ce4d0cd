"""The attacker that only wants to know which photos belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from ..statistics import Verification
from .base import Attacker, Defend, Matrix, Scores, first_of_each, impostor_scores, indices
from .grids import aligned_grid

LEARNED = 5  # photos of each stranger: more of them say little about pairs of strangers


@dataclass
class Linkage(Attacker):
    """Ask of two defended photos whether they show the same person; there is no gallery.

    Knows: the defense with its parameters and photos of unrelated people, from whose
    defended pairs the thresholds come. Anonymized releases are often linked before they are
    named (Newton, Sweeney and Malin, IEEE TKDE 2005, call it the anonymous-to-anonymous
    attack). Variants: each recognizer, and the correlation of small grey pictures (`pixels`).

    It names nobody: it has AUC, EER and TAR, no rank-1, and does not enter the worst case.
    """

    name: ClassVar[str] = "linkage"
    names_people: ClassVar[bool] = False

    def for_part(self, budget: str) -> None:
        """Return None: it names nobody."""

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """See how alike the defended photos of strangers are."""
        some = first_of_each(background, LEARNED)
        self._background, self._strangers = defend(some), indices(some)
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score all pairs of probes."""
        found = []
        for recognizer in self.recognizers:
            seen, known = recognizer.embed(probes), recognizer.embed(self._background)
            pairs = self._pairs(
                recognizer.similarity(seen, seen), recognizer.similarity(known, known)
            )
            found.append(Scores(None, "", recognizer.label, pairs))
        new, old = _normalized(probes), _normalized(self._background)
        found.append(Scores(None, "pixels", "", self._pairs(new @ new.T, old @ old.T)))
        return found

    def _pairs(self, scores: np.ndarray, background: np.ndarray) -> Verification:
        return Verification(
            np.asarray(np.round(scores.astype(np.float64), 9), np.float64),
            None,
            impostor_scores(background, self._strangers),
            "defended impostor pairs of background people",
        )


def _normalized(photos: Sequence[Photo]) -> Matrix:
    vectors = aligned_grid(photos).astype(np.float64)
    vectors -= vectors.mean(1, keepdims=True)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-6))
