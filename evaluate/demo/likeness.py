"""From how many strangers do recognizers that do not know the defense still tell a face?

Two questions, of which the answer that tells more counts. Confirming: is the defended face more
like the clean one than clean strangers are? Picking out: is the clean face more like the defended
one than clean strangers are? The first alone misses noise, after which a face is like nobody; the
second alone misses blur, after which it is like all blurred and small faces, strangers' too.

The clean face is the very one that was defended, which is easier than another photo of the person.
So a high count says what a usual recognizer sees; a low one says nothing of somebody who knows the
defense.
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
        told: so many photos of strangers are told apart.
        of: how many there are.
    """

    model: str
    told: int
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
        alike = self.recognizer.similarity
        own = alike(shown, clean)[0, 0]
        confirmed, picked = (int((alike(one, self.strangers)[0] < own).sum())
                             for one in (clean, shown))  # fmt: skip
        return Likeness(self.recognizer.label, max(confirmed, picked), len(self.strangers))


@cache
def judges() -> tuple[Judge, ...]:
    """Return the usual recognizers at hand, each with the strangers; nothing is fetched."""
    photos = [replace(photo, faces=find_faces(photo.pixels))
              for photo in load_dataset(STRANGERS).photos]  # fmt: skip
    built = [RECOGNIZERS.build(spec) for spec in usual_recognizers()]
    return tuple(_judge(recognizer, photos) for recognizer in built)


def _judge(recognizer: Recognizer, photos: Sequence[Photo]) -> Judge:
    return Judge(recognizer, recognizer.embed(photos))
