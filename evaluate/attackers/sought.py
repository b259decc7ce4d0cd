"""The attacker that looks for the face."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.faces.landmarks import ALL, Kind

from .base import Attacker, Defend, Scores, indices, nearest
from .ways_up import faces_anew

ELSEWHERE = 0.8  # new faces a probe: so many, and defended gallery photos are searched as well


class Faces(NamedTuple):
    """Faces of photos: those in their places, then those that were found anew.

    Args:
        cuts: the faces.
        owner: `(len(cuts),)`, whose photo each is cut from.
        of_photos: how many photos these are.
    """

    cuts: list[Photo]
    owner: NDArray[np.int64]
    of_photos: int

    @classmethod
    def of(
        cls, photos: Sequence[Photo], *, anew: bool = True, kinds: Collection[Kind] = ALL
    ) -> Self:
        """Look for the faces of photos."""
        found = [faces_anew(photo, kinds) if anew else [] for photo in photos]
        owner = np.repeat(np.arange(len(photos)), [len(some) for some in found])
        cuts = [*photos, *(cut for some in found for cut in some)]
        return cls(cuts, np.concatenate([np.arange(len(photos)), owner]), len(photos))

    @property
    def anew(self) -> float:
        """How many faces a photo were found anew."""
        return len(self.cuts) / max(self.of_photos, 1) - 1


@dataclass
class Sought(Attacker):
    """Look for faces in the defended photo, whichever way up, and compare each with known ones.

    Knows: clean gallery photos, and that a photo may have been moved, turned, cropped or made
    a negative. Every face that a detector finds counts (the photo as it is, turned by quarters,
    as a negative, joined to copies of itself), and so does the place of the face on the clean
    photo, where a lost face may still be recognized; of all these the one most like a gallery
    photo decides.

    The other attackers look at the place of the clean face alone. That is pessimistic where a
    defense hides the face from detectors, and blind where it puts the face somewhere else.

    Variants: against clean photos, for which nothing is known of the defense; and (`matched`),
    for one who knows the defense with its parameters, against gallery photos that were defended
    and searched for faces alike. Where few probes show a face in another place the gallery is
    not searched: then the face is where it was.

    Notes: `faces_found_anew`, how many a probe.
    """

    name: ClassVar[str] = "sought"
    one_draw: ClassVar[bool] = True

    def for_part(self, budget: str) -> Self | None:
        """Look at a part in the budget `thorough` alone: there a face is in its place already."""
        return super().for_part(budget) if budget == "thorough" else None

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the clean gallery, and defend it."""
        self._people, self._defended = indices(gallery), defend(gallery)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the gallery photo most like any of the faces."""
        kinds = {kind for recognizer in self.recognizers for kind in recognizer.landmarks}
        asked = Faces.of(probes, kinds=kinds)
        again = Faces.of(self._defended, anew=asked.anew >= ELSEWHERE, kinds=kinds)
        notes = {"faces_found_anew": asked.anew}
        found = []
        for recognizer, known in self._known.items():
            seen = recognizer.embed(asked.cuts)
            clean = _best(recognizer.similarity(seen, known), asked)
            both = recognizer.similarity(seen, recognizer.embed(again.cuts))
            alike = _best(_best(both, asked).T, again).T
            for variant, best in (("", clean), ("matched", alike)):
                people = nearest(best, self._people)
                informed = variant == "matched"
                found.append(
                    Scores(people, variant, recognizer.label, notes=notes, informed=informed)
                )
        return found


def _best(similarity: NDArray[np.float32], faces: Faces) -> NDArray[np.float32]:
    """Return the rows of photos, each the highest of its faces."""
    best = similarity[: faces.of_photos].copy()
    np.maximum.at(best, faces.owner, similarity)
    return best
