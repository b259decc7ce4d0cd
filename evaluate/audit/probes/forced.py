"""Which of these names is it? Likelihoods, similarities, or a lettered choice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...vlm.names import Register
from ...vlm.wording import chosen, lettered
from ..answer import Answer
from ..inquiry import Audit
from .base import NO_IMAGE, Group, Measure, Probe, Scored, Sheet, Told, among

RAW = Measure("forced", "named/forced", "rank1")
LESS_PRIOR = Measure("forced", "named/forced_calibrated", "rank1")


class Forced(Probe):
    """A choice among all names of a pool, which leaves no way to refuse.

    `named/forced_calibrated` takes off each name what it gets without a picture.
    """

    name = "forced"
    main = (RAW, LESS_PRIOR)

    def ask(self, sheet: Sheet) -> Iterator[Told]:
        """Ask once a photo."""
        wording, pool = sheet.audit.inquiry.wording, sheet.audit.pools[sheet.unit.pool]
        names, model = [sheet.names[key] for key in pool], sheet.ask.model
        count, seed = len(pool), sheet.audit.inquiry.seed
        if model.kind == "dual":
            seen, reason = sheet.ask.compared(sheet.pictures, names)
            means = [None if row is None else np.round(row.mean(0), 6).tolist() for row in seen]
            yield Told(means, reason=reason)
            return
        if model.weighs:
            asked = [wording.question] * len(sheet.people)
            candidates = [wording.choice(name) for name in names]
            scores, reason = sheet.ask.weighed(sheet.pictures, asked, candidates)
            yield Told(scores, reason=reason)
            return
        # without a picture one order for all, so that the answer is one
        blind = sheet.unit.view.shown == "none"
        orders = [_shuffled("" if blind else key, count, seed) for key in sheet.keys]
        asked = [lettered(wording.question, [names[i] for i in order]) for order in orders]
        told, reason = sheet.ask.told(sheet.pictures, asked, 12)
        yield Told(told, orders=orders, reason=reason)

    def score(self, groups: Sequence[Group], audit: Audit, register: Register,
              scored: Scored) -> None:  # fmt: skip
        """Rank the names, as they come and less what each gets without a picture."""
        answers = [group.answers[0] for group in groups]
        priors = {a.pool: np.array(a.answer) for a in answers
                  if a.view == NO_IMAGE and isinstance(a.answer, list)}  # fmt: skip
        lost = 0
        for group, answer in zip(groups, answers, strict=True):
            scores, unread = _scores(answer, audit)
            lost += unread
            if unread:
                scored.unsaid[RAW, group.view].update(group.photos)
            rows = {RAW: scores}
            if answer.pool in priors and not answer.order:
                rows[LESS_PRIOR] = scores - priors[answer.pool]
            for measure, row in rows.items():
                scored.ranked(measure, group.view, group.photos, row, group.place, group.other)
        if any(answer.order for answer in answers):
            scored.notes[RAW.name] = (
                f"asked by letter, because this model does not tell likelihoods; {lost} of "
                f"{len(answers)} answers chose nothing and count as a guess"
            )

    def chance(self, measure: Measure, audit: Audit, people: Sequence[str]) -> float | None:
        """One of the pool."""
        return among(audit, people)


def _scores(answer: Answer, audit: Audit) -> tuple[NDArray[np.float64], bool]:
    """Return one score per candidate; a lettered choice that is unclear is a tie of all."""
    if not answer.order:
        return np.array(answer.answer, np.float64), False
    pool = audit.pools[answer.pool]
    names = [audit.subjects.people[pool[i]].name for i in answer.order]
    scores: NDArray[np.float64] = np.zeros(len(pool))
    choice = chosen(answer.answer, names)
    if choice is not None:
        scores[answer.order[choice]] = 1.0
    return scores, choice is None


def _shuffled(key: str, count: int, seed: int) -> list[int]:
    """Return an order of candidates that differs from photo to photo."""
    marks = [hashlib.sha256(f"order\x1f{seed}\x1f{key}\x1f{i}".encode()).digest()
             for i in range(count)]  # fmt: skip
    return sorted(range(count), key=lambda i: marks[i])
