"""The attacker that does not know of the defense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from unmask.defenses import Photo

from ..statistics import Verification
from .base import (
    Attacker,
    Defend,
    Scores,
    impostor_scores,
    indices,
    nearest,
)


@dataclass
class Naive(Attacker):
    """Compare defended photos with clean ones by a pretrained recognizer.

    Knows: clean gallery photos. Does not know that the photos were defended. This is the
    attacker of most published evaluations; it says how well a defense hides from somebody
    who does not try.

    Args:
        pairs: whether to say of pairs of photos, too, if they show one person.
    """

    pairs: bool = True

    name: ClassVar[str] = "naive"
    one_draw: ClassVar[bool] = True
    informed: ClassVar[bool] = False

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the gallery and measure how alike strangers look."""
        self._people, seen = indices(gallery), self._seen(gallery, defend)
        self._known = {r: r.embed(seen) for r in self.recognizers}
        self._impostors = {}
        if not self.pairs:
            return self
        strangers, unrelated = indices(background), self._seen(background, defend)
        for recognizer in self.recognizers:
            vectors = recognizer.embed(unrelated)
            self._impostors[recognizer] = impostor_scores(
                recognizer.similarity(vectors, vectors), strangers
            )
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the most similar gallery photo."""
        found = []
        for recognizer, known in self._known.items():
            similarity = recognizer.similarity(recognizer.embed(probes), known)
            kind = "defended" if self.informed else "clean"
            pairs = None
            if self.pairs:
                pairs = Verification(
                    similarity.astype("float64"),
                    self._people,
                    self._impostors[recognizer],
                    f"{kind} impostor pairs of background people",
                )
            found.append(
                Scores(
                    nearest(similarity, self._people),
                    recognizer=recognizer.label,
                    verification=pairs,
                )
            )
        return found

    def _seen(self, photos: Sequence[Photo], defend: Defend) -> Sequence[Photo]:
        return photos
