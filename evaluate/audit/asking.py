"""Asking one unit of questions; every answer is kept as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unmask.defenses import DEFENSES, Defended, Photo
from unmask.defenses.photo import Pixels

from ..comparison.blind import hidden, names_of
from ..comparison.defending import Blindfolded
from ..data.pictures import Pictures
from ..vlm.base import CannotAnswerError, Model, Picture
from ..vlm.crop import cropped
from ..vlm.wording import TEMPLATES, lettered, open_question, yes_no_question
from .inquiry import Audit, Unit
from .views import View, donor_of, in_context


@dataclass(frozen=True)
class Answer:
    """One question and what came back.

    Args:
        unit: number of its unit.
        view: what was shown, `View.text`.
        probe: `open`, `forced`, `yes_no` or `votes`.
        prompt: name of the prompt, or empty.
        photo: key of the photo asked about; empty without a picture.
        person: identity asked about.
        asked: identity whose name stood in the question, of `yes_no`.
        pool: number of the pool of candidates.
        order: positions of the candidates as they were lettered, of a lettered choice.
        answer: text; or log-likelihoods, one per candidate (of `yes_no`: yes, no); or of
            `votes` the candidate that each template chose; None if there can be no answer.
        outcome: what the defense made of the photo.
        reason: why there is no answer.
    """

    unit: int
    view: str
    probe: str
    prompt: str
    photo: str
    person: str
    asked: str
    pool: int
    order: list[int]
    answer: Any
    outcome: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer, ready for JSON."""
        return asdict(self)


class Asker:
    """Shows pictures and asks.

    Args:
        model: the model.
        audit: who, what, among whom.
        pictures: where defended pictures that took long are kept.
    """

    def __init__(self, model: Model, audit: Audit, pictures: Pictures | None = None) -> None:
        self._model, self._audit, self._pictures = model, audit, pictures
        self._photos = {photo.key: photo for photo in audit.subjects.photos}
        self._names = {key: p.name for key, p in audit.subjects.people.items()}
        self._last: tuple[tuple[str, tuple[str, ...]], list[Defended]] | None = None

    @property
    def probes(self) -> list[str]:
        """The probes that this kind of model can answer."""
        able = ("forced", "votes") if self._model.kind == "dual" else ("open", "forced", "yes_no")
        return [probe for probe in self._audit.inquiry.probes if probe in able]

    def expected(self, unit: Unit) -> int:
        """Return how many answers a unit has."""
        each = {"open": len(self._audit.inquiry.prompts), "forced": 1, "yes_no": 2, "votes": 1}
        return len(unit.photos) * sum(each[probe] for probe in self.probes)

    def ask(self, unit: Unit) -> list[Answer]:
        """Ask everything about a unit."""
        if unit.view.shown == "none":
            people, outcomes = list(unit.photos), [""] * len(unit.photos)
            keys = [""] * len(people)
            pictures: list[Picture] = [None] * len(people)
        else:
            keys = list(unit.photos)
            people = [self._photos[key].identity for key in keys]
            made, outcomes = self._shown(unit)
            pictures = list(made)
        found: list[Answer] = []

        def note(probe: str, answers: Sequence[Any], prompt: str = "",
                 asked: Sequence[str] = (), orders: Sequence[list[int]] = (),
                 reason: str = "") -> None:  # fmt: skip
            for i, answer in enumerate(answers):
                found.append(Answer(
                    unit.number, unit.view.text, probe, prompt, keys[i], people[i],
                    asked[i] if asked else "", unit.pool, orders[i] if orders else [],
                    answer, outcomes[i], reason,
                ))  # fmt: skip

        for probe in self.probes:
            getattr(self, f"_{probe}")(unit, pictures, people, keys, note)
        return found

    def _open(self, unit: Unit, pictures: Any, people: Any, keys: Any, note: Any) -> None:
        inquiry = self._audit.inquiry
        templates = dict(inquiry.wording.prompts)
        for prompt in inquiry.prompts:
            asked = [open_question(templates[prompt], self._names[p]) for p in people]
            told, reason = self._told(pictures, asked, inquiry.tokens)
            note("open", told, prompt, reason=reason)

    def _forced(self, unit: Unit, pictures: Any, people: Any, keys: Any, note: Any) -> None:
        wording, pool = self._audit.inquiry.wording, self._audit.pools[unit.pool]
        names = [self._names[key] for key in pool]
        if self._model.kind == "dual":
            seen, reason = self._compared(pictures, names)
            means = [None if row is None else np.round(row.mean(0), 6).tolist() for row in seen]
            note("forced", means, reason=reason)
            return
        if self._model.weighs:
            asked = [wording.question] * len(people)
            candidates = [wording.choice(name) for name in names]
            scores, reason = self._weighed(pictures, asked, candidates)
            note("forced", scores, reason=reason)
            return
        orders = [_shuffled(key or person, len(pool), self._audit.inquiry.seed)
                  for key, person in zip(keys, people, strict=True)]  # fmt: skip
        if unit.view.shown == "none":  # one order, so that without a picture the answer is one
            orders = [_shuffled("", len(pool), self._audit.inquiry.seed)] * len(people)
        asked = [lettered(wording.question, [names[i] for i in order]) for order in orders]
        told, reason = self._told(pictures, asked, 12)
        note("forced", told, orders=orders, reason=reason)

    def _yes_no(self, unit: Unit, pictures: Any, people: Any, keys: Any, note: Any) -> None:
        pool = self._audit.pools[unit.pool]
        # everybody's name is asked of the own photos and of those of the one before in the
        # pool, so a name that is always confirmed gains nothing
        others = [pool[(pool.index(person) + 1) % len(pool)] for person in people]
        for asked in (people, others):
            questions = [yes_no_question(self._names[key]) for key in asked]
            if self._model.weighs:
                told, reason = self._weighed(pictures, questions, ["Yes", "No"])
            else:
                told, reason = self._told(pictures, questions, 6)
            note("yes_no", told, asked=asked, reason=reason)

    def _votes(self, unit: Unit, pictures: Any, people: Any, keys: Any, note: Any) -> None:
        pool, decoys = self._audit.pools[unit.pool], self._audit.inquiry.decoys
        names = [*(self._names[key] for key in pool), *decoys]
        seen, reason = self._compared(pictures, names)
        chosen = [None if row is None else np.round(row, 6).argmax(1).tolist() for row in seen]
        note("votes", chosen, reason=reason)

    def _compared(
        self, pictures: Sequence[Picture], names: Sequence[str]
    ) -> tuple[list[Any], str]:
        """Return `(templates, names)` similarities of each picture, or why there are none."""
        from ..vlm.dual import GREY

        shown = [GREY if picture is None else picture for picture in pictures]
        texts = [template.format(name) for template in TEMPLATES for name in names]
        try:
            self._model.tell_apart(texts[: len(names)])
            found = self._model.similarities(shown, texts)
        except CannotAnswerError as error:
            return [None] * len(shown), str(error)
        return list(found.reshape(len(shown), len(TEMPLATES), len(names))), ""

    def _told(
        self, pictures: Sequence[Picture], asked: Sequence[str], tokens: int
    ) -> tuple[list[str | None], str]:
        try:
            if pictures[0] is None:  # what is asked twice is asked once
                once = list(dict.fromkeys(asked))
                told = self._model.answer([None] * len(once), once, tokens)
                known = dict(zip(once, told, strict=True))
                return [known[question] for question in asked], ""
            return list(self._model.answer(pictures, asked, tokens)), ""
        except CannotAnswerError as error:
            return [None] * len(asked), str(error)

    def _weighed(
        self, pictures: Sequence[Picture], asked: Sequence[str], candidates: Sequence[str]
    ) -> tuple[list[Any], str]:
        try:
            if pictures[0] is None:
                once = list(dict.fromkeys(asked))
                rows = self._model.likelihoods([None] * len(once), once, candidates).tolist()
                known = dict(zip(once, rows, strict=True))
                return [known[question] for question in asked], ""
            return self._model.likelihoods(pictures, asked, candidates).tolist(), ""
        except CannotAnswerError as error:
            return [None] * len(asked), str(error)

    def _shown(self, unit: Unit) -> tuple[list[Pixels], list[str]]:
        photos, crop = [self._photos[key] for key in unit.photos], self._audit.inquiry.crop
        if unit.view.shown == "other":
            others = [self._other(photo, unit.pool) for photo in photos]
            return [cropped(p.pixels, p, crop) for p in others], ["other"] * len(photos)
        done = self._defended(unit.view, photos)
        made = []
        for photo, result in zip(photos, done, strict=True):
            donor = (donor_of(photo, self._audit.subjects.photos)
                     if unit.view.context == "replaced" else None)  # fmt: skip
            pixels = in_context(result.photo.pixels, photo, unit.view.context, donor)
            made.append(cropped(pixels, photo, crop))
        return made, [str(result.outcome) for result in done]

    def _defended(self, view: View, photos: Sequence[Photo]) -> list[Defended]:
        key = (view.face, tuple(photo.key for photo in photos))
        if self._last is None or self._last[0] != key:
            seed = self._audit.inquiry.seed
            names = names_of(photos, seed)
            defense = Blindfolded(DEFENSES.build(view.face), seed, names, self._pictures)
            self._last = key, defense.released(hidden(photos, seed))
        return self._last[1]

    def _other(self, photo: Photo, pool: int) -> Photo:
        """Return a photo of somebody else, outside the pool if there is anybody."""
        own = self._audit.pools[pool]
        strangers = [p for p in self._photos.values() if p.identity not in own]
        usable = strangers or [p for p in self._photos.values() if p.identity != photo.identity]
        mark = hashlib.sha256(f"other\x1f{photo.key}".encode()).digest()
        return usable[int.from_bytes(mark[:6]) % len(usable)]


def _shuffled(key: str, count: int, seed: int) -> list[int]:
    """Return an order of candidates that differs from photo to photo."""
    marks = [hashlib.sha256(f"order\x1f{seed}\x1f{key}\x1f{i}".encode()).digest()
             for i in range(count)]  # fmt: skip
    return sorted(range(count), key=lambda i: marks[i])
