"""How sure recognizers are that do not know the defense: alike to more strangers than how many?

A defended face is compared with the clean one it was made of, and with clean photos of strangers.
That is easier than to know a person by another photo, and strangers that are grey and small are
easy to tell from most photos. So a high count says what a usual recognizer sees; a low one says
nothing of somebody who knows the defense.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from unmask.defenses import Photo
from unmask.defenses.faces.find import find_faces

from ..comparison.plan import RECOGNIZERS, usual_recognizers
from ..data import load_dataset
from ..recognizers.base import Embeddings, Recognizer

STRANGERS = "orl:people=25,photos=4"


class Likeness(NamedTuple):
    """What one recognizer says.

    Args:
        model: its label.
        nearer: so many photos of strangers are less like the defended face than the clean face.
        of: how many there are.
    """

    model: str
    nearer: int
    of: int


@dataclass(frozen=True, eq=False)
class Judge:
    """A recognizer with photos of strangers.

    Args:
        recognizer: it.
        strangers: `(100, D)`, clean.
    """

    recognizer: Recognizer
    strangers: Embeddings

    def vector(self, photo: Photo) -> Embeddings:
        """Return `(1, D)` of a photo; unlike `embed` it keeps nothing on disk."""
        return self.recognizer.forward([self.recognizer.chip(photo)])

    def likeness(self, clean: Embeddings, defended: Photo) -> Likeness:
        """Compare a defended photo with the clean face and with strangers.

        Args:
            clean: `vector` of the clean photo.
            defended: with the faces of the clean photo: an attacker may know where they are.
        """
        shown = self.vector(defended)
        own = self.recognizer.similarity(shown, clean)[0, 0]
        others = self.recognizer.similarity(shown, self.strangers)[0]
        return Likeness(self.recognizer.label, int((others < own).sum()), len(others))


@cache
def judges() -> tuple[Judge, ...]:
    """Return the usual recognizers at hand, each with the strangers; nothing is fetched."""
    photos = [replace(photo, faces=find_faces(photo.pixels))
              for photo in load_dataset(STRANGERS).photos]  # fmt: skip
    built = [RECOGNIZERS.build(spec) for spec in usual_recognizers()]
    return tuple(_judge(recognizer, photos) for recognizer in built)


def _judge(recognizer: Recognizer, photos: Sequence[Photo]) -> Judge:
    return Judge(recognizer, recognizer.embed(photos))
