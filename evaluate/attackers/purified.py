"""The attacker that cleans defended photos before it compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..recognizers.base import Recognizer
from .base import Attacker, Defend, Scores, indices, nearest
from .cleaning import WAYS

TRIED = 6  # defended gallery photos on which the ways are tried
CLEAR = 0.95  # of the distance that undefended photos keep: then there is nothing to clean
BETTER = 0.1  # standard deviations that a way must win

Similarity = NDArray[np.float32]


@dataclass
class Purified(Attacker):
    """Blur, filter or stretch defended photos, then compare them by a pretrained recognizer.

    Knows: the defense with its parameters (not its seeds) and clean gallery photos. What was
    added to a photo to mislead a face model is often finer than the face: a slight blur takes
    it away ("feature squeezing" of W. Xu, D. Evans, Y. Qi, "Feature Squeezing: Detecting
    Adversarial Examples in Deep Neural Networks", NDSS 2018). A median does so with single
    pixels, and a stretch of values with a picture too faint to see.

    One way is chosen for each recognizer, before any probe is seen: the one after which some
    defended gallery photos are most like other photos of their people and least like those of
    everybody else. Where none helps, photos stay as they are. The highest similarity over all
    ways, and the mean, were weaker in our trials: the ways that do not help drown the one that
    does.

    Variants: cleaned photos against the clean gallery, and (`matched`) against gallery photos
    that were defended and cleaned as well.

    Notes: `way`, the number of the chosen one in the order of `WAYS`; 0: as they are.
    """

    name: ClassVar[str] = "purified"
    one_draw: ClassVar[bool] = True

    def for_part(self, budget: str) -> Self | None:
        """Look at a part in the budget `thorough` alone: what is cleaned counts for the photo."""
        return super().for_part(budget) if budget == "thorough" else None

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Choose a way for each recognizer."""
        self._people, self._defended = indices(gallery), defend(gallery)
        tried = examples(self._people, TRIED)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        self._way = {r: self._chosen(r, tried) for r in self.recognizers}
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the gallery photo most like the cleaned one."""
        found = []
        for recognizer, known in self._known.items():
            way = self._way[recognizer]
            seen = recognizer.embed(cleaned(probes, way))
            same = recognizer.embed(cleaned(self._defended, way))
            notes = {"way": float([*WAYS].index(way))}
            for variant, vectors in (("", known), ("matched", same)):
                people = nearest(recognizer.similarity(seen, vectors), self._people)
                found.append(Scores(people, variant, recognizer.label, notes=notes))
        return found

    def _chosen(self, recognizer: Recognizer, tried: NDArray[np.int64]) -> str:
        """Return the way after which defended gallery photos tell people apart best."""
        known = self._known[recognizer]

        def apart(vectors: NDArray[np.float32]) -> float:
            return distance_of(recognizer.similarity(vectors, known), tried, self._people)

        def after(way: str) -> float:
            some = [self._defended[i] for i in tried]
            return apart(recognizer.embed(cleaned(some, way)))

        plain, *others = WAYS
        as_it_is = after(plain)
        if as_it_is >= CLEAR * apart(known[tried]):
            return plain
        reached = {way: after(way) for way in others}
        best = max(reached, key=lambda way: reached[way])
        return best if reached[best] > as_it_is + BETTER else plain


def examples(people: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the first photo of each of at most `count` people, spread over all."""
    firsts = np.unique(people, return_index=True)[1]
    return np.asarray(np.sort(firsts)[:: max(1, len(firsts) // count)][:count], np.int64)


def cleaned(photos: Sequence[Photo], way: str) -> list[Photo]:
    """Return the photos after one of the `WAYS`."""
    return [photo.with_pixels(WAYS[way](photo)) for photo in photos]


def distance_of(
    similarity: Similarity, asked: NDArray[np.int64], people: NDArray[np.int64]
) -> float:
    """Return how far similar and strange photos lie apart, in standard deviations of the latter.

    Args:
        similarity: `(T, G)`, of some gallery photos, defended, to all, clean.
        asked: `(T,)`, which photos those are; none vouches for itself, if its person has others.
        people: `(G,)`, who is on each.
    """
    own = people[asked][:, None] == people[None]
    itself = np.arange(len(people))[None] == asked[:, None]
    others = own & ~itself
    theirs = np.where(others.any(1)[:, None], others, own)
    alike = np.where(theirs, similarity, -np.inf).max(1)
    strange = similarity[~own].astype(np.float64)
    if not strange.size:
        return 0.0
    return float((alike.mean() - strange.mean()) / max(float(strange.std()), 1e-6))
