"""What a vision-language model still says of a photo."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Pixels
from unmask.device import once_a_device

from .base import Metric, Unavailable

if TYPE_CHECKING:
    from ..vlm.base import Model

_KNOWN = 20_000  # pictures of which the answers are held in memory


@dataclass(frozen=True)
class Answers(Metric):
    """Measure how many of its answers to ordinary questions a model keeps, 0 to 1.

    What the person does, where, before what, in which colours, how many are there, how bright
    it is: asked of the clean and of the defended photo, as the probe `useful` of an audit does.
    A refusal keeps nothing; a photo of which every clean answer is a refusal is left out. A
    model that says the same of every picture keeps all: see what the audit finds somebody
    else's photo to keep, before a high figure is believed.

    Reference:
        VPI-COCO asks a model the same of pictures with and without private parts (arXiv
        2512.18264). Questions, scoring and data are our own.

    Args:
        model: folder or hub id of a vision-language model or dual encoder.
        dtype: `float32`, `bfloat16` or `float16`.
        batch: pictures that are looked at together.
    """

    model: str = ""
    dtype: str = "float32"
    batch: int = 8

    name: ClassVar = "answers"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, 1.0)
    needs: ClassVar = ("weights",)
    usual: ClassVar = False

    def __post_init__(self) -> None:
        """Look whether there is such a model, before any work."""
        from ..vlm.opening import check_given

        if not self.model:
            raise ValueError("which model is to be asked? answers:model=FOLDER")
        check_given(self.model)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return the share of answers that each photo keeps.

        Raises:
            Unavailable: the hub does not give the model, or it answers no such question.
        """
        return self._kept(clean, [one.photo.pixels for one in defended])

    def floor(self, clean: Sequence[Photo]) -> float | None:
        """Return what somebody else's clean photo keeps: as much is kept where nothing is.

        Args:
            clean: of several people; None comes back where they are of one, or nothing is said.

        Raises:
            Unavailable: as for `values`.
        """
        others = [next((o for o in (*clean[i:], *clean) if o.identity != one.identity), None)
                  for i, one in enumerate(clean)]  # fmt: skip
        if not clean or None in others:
            return None
        found = self._kept(clean, [one.pixels for one in others if one is not None])
        known = found[np.isfinite(found)]
        return float(known.mean()) if known.size else None

    def _kept(self, clean: Sequence[Photo], shown: Sequence[Pixels]) -> NDArray[np.float64]:
        from ..vlm.base import CannotAnswerError

        try:
            asked = _asked(self.model, self.dtype, self.batch)
            before = asked.replies([photo.pixels for photo in clean])
            after = asked.replies(shown)
        except (CannotAnswerError, LookupError) as error:
            raise Unavailable(str(error)) from error
        pairs = zip(clean, before, after, strict=True)
        return np.array([asked.kept(photo.identity, a, b) for photo, a, b in pairs], np.float64)


class _Asked:
    """A model and what it said; what is known of a picture is not asked again.

    Args:
        model: opened.
        taught: names that the lab taught it, by identity; then it is asked as it was taught.
    """

    def __init__(self, model: Model, taught: dict[str, str]) -> None:
        from ..vlm.wording import LAB, Wording

        self._model, self._taught = model, taught
        self._questions = [one for one in (LAB if taught else Wording()).ordinary
                           if one.sentences or model.kind != "dual"]  # fmt: skip
        self._known: dict[bytes, list[str]] = {}

    def replies(self, pictures: Sequence[Pixels]) -> list[list[str]]:
        """Return the answers about each picture, one a question."""
        marks = [hashlib.sha256(repr(p.shape).encode() + p.tobytes()).digest() for p in pictures]
        new = dict(zip(marks, pictures, strict=True))
        fresh = {mark: picture for mark, picture in new.items() if mark not in self._known}
        if len(self._known) + len(fresh) > _KNOWN:
            self._known.clear()
            fresh = new
        if fresh:
            shown = list(fresh.values())
            told = [self._reply(shown, number) for number in range(len(self._questions))]
            answers = map(list, zip(*told, strict=True))
            self._known.update(zip(fresh, answers, strict=True))
        return [self._known[mark] for mark in marks]

    def kept(self, identity: str, clean: Sequence[str], defended: Sequence[str]) -> float:
        """Return the mean over the questions whose clean answer says something; else NaN."""
        from ..vlm.names import normalize, spoken
        from ..vlm.ordinary import kept

        name = self._taught.get(identity) or spoken(identity)
        without = frozenset(normalize(name).split())
        shares = [kept(b, a, without) for a, b in zip(clean, defended, strict=True)]
        found = [share for share in shares if share is not None]
        return float(np.mean(found)) if found else float("nan")

    def _reply(self, pictures: Sequence[Pixels], number: int) -> list[str]:
        from ..vlm.ordinary import TOKENS

        one, asked = self._questions[number], [self._questions[number].question] * len(pictures)
        if self._model.kind != "dual":
            return self._model.answer(pictures, asked, TOKENS)
        self._model.tell_apart(one.sentences)
        rows = self._model.likelihoods(pictures, asked, one.sentences)
        return [one.sentences[place] for place in rows.argmax(1)]


@once_a_device(most=1)
def _asked(model: str, dtype: str, batch: int) -> _Asked:
    from ..vlm.folder import taught_names
    from ..vlm.opening import kept

    return _Asked(kept(model, dtype, batch), taught_names(model))
