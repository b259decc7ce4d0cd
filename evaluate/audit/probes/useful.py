"""What is the picture still good for? Ordinary questions, whose answers are to stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...vlm.base import CannotAnswerError
from ...vlm.names import Register, forms
from ...vlm.ordinary import TOKENS, as_likely, chosen_alike, kept, words_of
from ...vlm.roll import Person
from ...vlm.wording import Ordinary
from ..inquiry import Audit, Inquiry
from ..views import View
from .base import Group, Measure, Probe, Scored, Sheet, Told

NAME = "useful"
KEPT = Measure(NAME, "useful/kept", "share", "utility")
LIKELY = Measure(NAME, "useful/likelihood", "share", "utility")
REFUSED = Measure(NAME, "useful/refused", "share", "utility")
CLEAN = View().text

Clean = Mapping[tuple[str, str], Any]  # photo and prompt -> answer


class Useful(Probe):
    """The same questions about clean and changed pictures, after VPI-COCO (arXiv 2512.18264).

    `kept` is the share of clean answers that are still given, `likelihood` how likely they
    still are, as a share of before. Both mean nothing by themselves: a model that says the same
    of every picture keeps all. Their floor is what somebody else's photo keeps, and no picture
    at all. A question whose clean answer is a refusal is left out, and counted; a refusal
    keeps nothing, and `refused` counts it.

    An answer is the text and, in `weighed`, the log-likelihood of clean answers; of a dual
    encoder the scaled similarity of each sentence.
    """

    name = NAME
    main = (KEPT, LIKELY)

    def asks(self, view: View) -> bool:
        """Of whole photos only: what a changed context keeps is not asked."""
        return view.context == "whole"

    def each(self, inquiry: Inquiry, view: View) -> int:
        """One answer a question."""
        return len(inquiry.wording.ordinary)

    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask every question, and where the model tells, how likely the clean answer is."""
        for ordinary in sheet.audit.inquiry.wording.ordinary:
            ask = _choice if sheet.ask.model.kind == "dual" else _answer
            yield ask(sheet, ordinary)

    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Compare each answer with that about the clean photo."""
        asked = 0
        usable: dict[tuple[str, str], Any] = {}
        for group in groups:
            if group.view == CLEAN:
                without = _words(audit.subjects.people[group.pool[group.place]])
                asked += len(group.answers)
                usable |= {(key, a.prompt): a.answer for key in group.photos
                           for a in group.answers if _says(a.answer, without)}  # fmt: skip
        lost = asked - len(usable)
        if asked and not usable:
            scored.reasons[NAME, CLEAN] = (
                "every answer about a clean photo refuses or says nothing"
            )
        elif lost:
            scored.notes[KEPT.name] = scored.notes[LIKELY.name] = (
                f"{lost} of {asked} answers about clean photos refuse or say nothing; these "
                "questions are left out"
            )
        for group in groups:
            without = _words(audit.subjects.people[group.pool[group.place]])
            for key in group.photos:
                _compare(group, key, usable, without, scored)


def _answer(sheet: Sheet, ordinary: Ordinary) -> Told:
    asked = [ordinary.question] * len(sheet.people)
    told, reason = sheet.ask.told(sheet.pictures, asked, TOKENS)
    if reason:
        return Told(told, ordinary.name, reason=reason)
    clean = [_clean(sheet, ordinary.name, place, told) for place in range(len(told))]
    weighed: list[dict[str, float]] = [{} for _ in told]
    if sheet.ask.model.weighs:
        for answer in dict.fromkeys(text for texts in clean for text in texts):
            places = [place for place, texts in enumerate(clean) if answer in texts]
            rows, _ = sheet.ask.weighed([sheet.pictures[place] for place in places],
                                        [ordinary.question] * len(places), [answer])  # fmt: skip
            for place, row in zip(places, rows, strict=True):
                if row is not None:
                    weighed[place][answer] = row[0]
    answers = [{"said": said, "weighed": likely}
               for said, likely in zip(told, weighed, strict=True)]  # fmt: skip
    return Told(answers, ordinary.name)


def _clean(sheet: Sheet, prompt: str, place: int, told: Sequence[Any]) -> list[str]:
    """Return the answers about clean photos that are weighed here: without a picture, all."""
    if sheet.unit.view == View():
        said = [told[place]]
    else:
        person = sheet.people[place]
        keys = [sheet.keys[place]] if sheet.keys[place] else [
            photo.key for photo in sheet.audit.subjects.photos if photo.identity == person
        ]  # fmt: skip
        known = (sheet.clean.get((NAME, prompt, key)) for key in keys)
        said = [answer["said"] for answer in known if answer]
    return [text for text in dict.fromkeys(said) if words_of(text)]


def _choice(sheet: Sheet, ordinary: Ordinary) -> Told:
    nothing = [None] * len(sheet.people)
    if not ordinary.sentences:
        return Told(nothing, ordinary.name, reason="no sentences to choose among")
    try:
        sheet.ask.model.tell_apart(ordinary.sentences)
    except CannotAnswerError as error:
        return Told(nothing, ordinary.name, reason=str(error))
    rows, reason = sheet.ask.weighed(sheet.pictures, [ordinary.question] * len(nothing),
                                     ordinary.sentences)  # fmt: skip
    return Told(rows, ordinary.name, reason=reason)


def _compare(
    group: Group, key: str, clean: Clean, without: frozenset[str], scored: Scored
) -> None:
    found: dict[Measure, list[float]] = defaultdict(list)
    for answer in group.answers:
        before, now = clean.get((key, answer.prompt)), answer.answer
        if before is None:
            continue
        if isinstance(now, list):
            same, share = chosen_alike(now, before)
            likely: float | None = share
        else:
            same = kept(now["said"], before["said"], without) or 0.0
            likely = _likely(now, before)
            found[REFUSED].append(float(not words_of(now["said"])))
        found[KEPT].append(same)
        found[Measure(NAME, f"{KEPT.name}/{answer.prompt}", "share", "utility")].append(same)
        if likely is not None:
            found[LIKELY].append(likely)
    for measure, values in found.items():
        scored.add(measure, group.view, [key], float(np.mean(values)))


def _likely(now: Mapping[str, Any], before: Mapping[str, Any]) -> float | None:
    said = before["said"]
    if said not in now["weighed"] or said not in before["weighed"]:
        return None
    return as_likely(now["weighed"][said], before["weighed"][said], said)


def _says(answer: Any, without: frozenset[str]) -> bool:
    return isinstance(answer, list) or bool(words_of(answer["said"], without))


def _words(person: Person) -> frozenset[str]:
    """Return the words of a person's names: they are no use that should be kept."""
    return frozenset(" ".join(forms(person.name, person.aliases).sure).split())
