"""Asking one unit of questions; every answer is kept as it came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from unmask.defenses import DEFENSES, Defended, Photo
from unmask.defenses.photo import Pixels

from ..comparison.blind import hidden, names_of
from ..comparison.defending import Blindfolded
from ..data.pictures import Pictures
from ..vlm.base import Model
from ..vlm.crop import cropped
from .answer import Answer
from .inquiry import Audit, Unit
from .probes import PROBES
from .probes.base import Probe, Sheet, Told
from .questions import Questions
from .views import CLEAN, View, donor_of, in_context


class Asker:
    """Shows pictures and asks.

    Args:
        model: the model.
        audit: who, what, among whom.
        pictures: where defended pictures that took long are kept.
    """

    def __init__(self, model: Model, audit: Audit, pictures: Pictures | None = None) -> None:
        self._questions, self._audit, self._pictures = Questions(model), audit, pictures
        self._photos = {photo.key: photo for photo in audit.subjects.photos}
        self._names = {key: p.name for key, p in audit.subjects.people.items()}
        self._last: tuple[tuple[str, tuple[str, ...]], list[Defended]] | None = None
        self._clean: dict[tuple[str, str, str], Any] = {}

    @property
    def probes(self) -> list[Probe]:
        """The probes that this kind of model can answer."""
        asked = (PROBES[name] for name in self._audit.inquiry.probes)
        return [probe for probe in asked if not probe.lacks(self._questions.model)]

    def expected(self, unit: Unit) -> int:
        """Return how many answers a unit has."""
        inquiry = self._audit.inquiry
        each = (probe.each(inquiry, unit.view) for probe in self.probes if probe.asks(unit.view))
        return len(unit.photos) * sum(each)

    def remember(self, answers: Iterable[Answer]) -> None:
        """Keep what was said of clean whole photos, for probes that compare with it."""
        clean = View(CLEAN).text
        for answer in answers:
            if answer.view == clean:
                self._clean[answer.probe, answer.prompt, answer.photo] = answer.answer

    def ask(self, unit: Unit) -> list[Answer]:
        """Ask everything about a unit."""
        if unit.view.shown == "none":
            people, keys = list(unit.photos), [""] * len(unit.photos)
            sheet, outcomes = self._sheet(unit, [None] * len(people), people, keys), keys
        else:
            keys = list(unit.photos)
            pictures, outcomes = self._shown(unit)
            people = [self._photos[key].identity for key in keys]
            sheet = self._sheet(unit, pictures, people, keys)
        return [
            _answer(sheet, outcomes, probe.name, told, i)
            for probe in self.probes if probe.asks(unit.view)
            for told in probe.ask(sheet) for i in range(len(people))
        ]  # fmt: skip

    def _sheet(self, unit: Unit, pictures: Sequence[Any], people: list[str], keys: list[str]
               ) -> Sheet:  # fmt: skip
        return Sheet(unit, self._audit, self._questions, pictures, people, keys, self._names,
                     self.whole, self._clean)  # fmt: skip

    def whole(self, face: str, keys: Sequence[str]) -> list[Pixels]:
        """Return whole photos under a face level, as they are shown."""
        photos, crop = [self._photos[key] for key in keys], self._audit.inquiry.crop
        done = self._defended(View(face), photos)
        return [cropped(d.photo.pixels, p, crop) for d, p in zip(done, photos, strict=True)]

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


def _answer(sheet: Sheet, outcomes: Sequence[str], probe: str, told: Told, i: int) -> Answer:
    unit = sheet.unit
    return Answer(
        unit.number, unit.view.text, probe, told.prompt, sheet.keys[i], sheet.people[i],
        told.asked[i] if told.asked else "", unit.pool, told.orders[i] if told.orders else [],
        told.answers[i], outcomes[i], told.reason, told.seconds[i] if told.seconds else "",
    )  # fmt: skip
