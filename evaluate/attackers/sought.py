"""The attacker that looks for the face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from unmask.defenses import Photo

from .base import Attacker, Defend, Scores, indices, nearest
from .ways_up import faces_anew


@dataclass
class Sought(Attacker):
    """Look for faces in the defended photo, whichever way up, and compare each with clean ones.

    Knows: clean gallery photos, and that a photo may have been moved, turned, cropped or made
    a negative. Knows no defense. Every face that a detector finds counts (the photo as it is,
    turned by quarters, as a negative, joined to copies of itself), and so does the place of
    the face on the clean photo, where a lost face may still be recognized; of all these the one
    most like a gallery photo decides.

    The other attackers look at the place of the clean face alone. That is pessimistic where a
    defense hides the face from detectors, and blind where it puts the face somewhere else.
    """

    name: ClassVar[str] = "sought"
    informed: ClassVar[bool] = False

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        """Embed the clean gallery."""
        self._people = indices(gallery)
        self._known = {r: r.embed(gallery) for r in self.recognizers}
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        """Score each person by the gallery photo most like any of the faces."""
        cuts = [faces_anew(photo) for photo in probes]
        owner = np.repeat(np.arange(len(probes)), [len(some) for some in cuts])
        faces = [*probes, *(cut for some in cuts for cut in some)]
        found = []
        for recognizer, known in self._known.items():
            similarity = recognizer.similarity(recognizer.embed(faces), known)
            best = similarity[: len(probes)].copy()
            np.maximum.at(best, owner, similarity[len(probes) :])
            notes = {"faces_found_anew": len(owner) / max(len(probes), 1)}
            found.append(Scores(nearest(best, self._people), "", recognizer.label, notes=notes))
        return found
