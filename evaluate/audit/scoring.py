"""From answers to one value per photo, for every probe and view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..statistics import rank_credit
from ..vlm.names import BINS, Register
from ..vlm.wording import TEMPLATES, chosen, said_yes
from .asking import Answer
from .inquiry import Audit
from .views import View

Values = dict[str, float]  # photo -> value
NO_IMAGE = View(shown="none").text
SHUFFLED = "shuffled"


@dataclass(frozen=True)
class Measure:
    """What a value says.

    Args:
        name: `open`, `open/direct`, `open/any`, `forced`, `forced_calibrated`, `yes_no`,
            `votes`.
        statistic: `right` (and the other bins), `rank1`, `accuracy`, `margin`, `person`.
    """

    name: str
    statistic: str


@dataclass
class Scored:
    """Values by measure and view (`View.text`, or `shuffled|` and it).

    Args:
        values: one per photo; without a picture each photo has its person's.
        reasons: why a measure has no value in a view.
        notes: what must be known to read a measure.
        outcomes: what became of the photos of a face level.
    """

    values: dict[tuple[Measure, str], Values] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, name: str, statistic: str, view: str, photos: Sequence[str],
            value: float) -> None:  # fmt: skip
        """Put one value down for these photos."""
        table = self.values.setdefault((Measure(name, statistic), view), {})
        table.update(dict.fromkeys(photos, float(value)))


def score(answers: Sequence[Answer], audit: Audit) -> Scored:
    """Score all answers.

    Shuffled names are the next person's in the pool: what they reach is what matching
    names and guessing give.
    """
    people = audit.subjects.people
    register = Register({key: (p.name, *p.aliases) for key, p in people.items()})
    photos: dict[str, list[str]] = defaultdict(list)
    for photo in audit.subjects.photos:
        photos[photo.identity].append(photo.key)
    result = Scored()
    grouped: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.answer is None:
            result.reasons[answer.probe, answer.view] = answer.reason
            continue
        covered = answer.photo or answer.person
        grouped[answer.probe, answer.view, covered].append(answer)
        face, context, shown = answer.view.rsplit("|", 2)
        if shown == "own" and context == "whole" and answer.outcome:
            result.outcomes[face][answer.photo] = answer.outcome
    priors = {
        a.pool: np.array(a.answer)
        for a in answers
        if a.probe == "forced" and a.view == NO_IMAGE and isinstance(a.answer, list)
    }
    lost = total = 0
    for (probe, view, _), group in grouped.items():
        first = group[0]
        covered_photos = [first.photo] if first.photo else photos[first.person]
        pool = audit.pools[first.pool]
        place = pool.index(first.person)
        other = (place + 1) % len(pool)
        if probe == "open":
            _open(result, register, group, view, covered_photos, pool[other])
        elif probe == "forced":
            scores, unread = _scores(first, audit)
            lost, total = lost + unread, total + 1
            kinds = {"forced": scores}
            if first.pool in priors and not first.order:
                kinds["forced_calibrated"] = scores - priors[first.pool]
            for name, row in kinds.items():
                _ranked(result, name, view, covered_photos, row, place, other)
        elif probe == "yes_no":
            _yes_no(result, group, view, covered_photos)
        elif probe == "votes":
            counts = np.bincount(first.answer, minlength=len(pool) + len(audit.inquiry.decoys))
            _ranked(result, "votes", view, covered_photos, counts, place, other)
    _by_person(result, grouped, audit, photos)
    if total and any(a.order for a in answers):
        result.notes["forced"] = (
            f"asked by letter, because this model does not tell likelihoods; {lost} of {total} "
            "answers chose nothing and count as a guess"
        )
    return result


def _open(result: Scored, register: Register, group: Sequence[Answer], view: str,
          photos: Sequence[str], other: str) -> None:  # fmt: skip
    bins = {a.prompt: register.bin_of(a.answer, a.person) for a in group}
    false = [register.names(a.answer, other) for a in group]
    for prompt, found in bins.items():
        for name in BINS:
            result.add(f"open/{prompt}", name, view, photos, found == name)
    for name in BINS:
        share = float(np.mean([found == name for found in bins.values()]))
        result.add("open", name, view, photos, share)
    result.add("open/any", "right", view, photos, "right" in bins.values())
    result.add("open", "right", f"{SHUFFLED}|{view}", photos, float(np.mean(false)))
    result.add("open/any", "right", f"{SHUFFLED}|{view}", photos, any(false))


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


def _ranked(result: Scored, name: str, view: str, photos: Sequence[str],
            scores: NDArray[np.generic], place: int, other: int) -> None:  # fmt: skip
    table = np.round(np.asarray(scores, np.float64), 6)[None]
    result.add(name, "rank1", view, photos, rank_credit(table, [place])[0])
    result.add(name, "rank1", f"{SHUFFLED}|{view}", photos, rank_credit(table, [other])[0])


def _yes_no(result: Scored, group: Sequence[Answer], view: str, photos: Sequence[str]) -> None:
    if len(group) < 2:
        return
    true, false = sorted(group, key=lambda a: a.asked != a.person)[:2]
    margins = [_margin(true), _margin(false)]
    yes = [0.5 * (1 + np.sign(margin)) for margin in margins]
    result.add("yes_no", "accuracy", view, photos, float(yes[0] + 1 - yes[1]) / 2)
    better = 0.5 * (1 + np.sign(round(margins[0] - margins[1], 4)))
    result.add("yes_no", "margin", view, photos, float(better))


def _margin(answer: Answer) -> float:
    """Return how much likelier yes is than no; 0 for an answer that says neither."""
    if isinstance(answer.answer, list):
        return round(float(answer.answer[0]) - float(answer.answer[1]), 4)
    said = said_yes(answer.answer)
    return 0.0 if said is None else 1.0 if said else -1.0


def _by_person(
    result: Scored, grouped: Mapping[tuple[str, str, str], Sequence[Answer]], audit: Audit,
    photos: Mapping[str, Sequence[str]],
) -> None:  # fmt: skip
    """Let each template name a person by most photos, and the templates vote (IDIA)."""
    votes: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for (probe, view, _), group in grouped.items():
        if probe == "votes":
            votes[view, group[0].person].append(group[0])
    for (view, person), group in votes.items():
        pool = audit.pools[group[0].pool]
        size = len(pool) + len(audit.inquiry.decoys)
        weight = np.zeros(size)
        for template in range(len(TEMPLATES)):
            counts = np.bincount([a.answer[template] for a in group], minlength=size)
            best = counts == counts.max()
            weight += best / best.sum()
        credit = rank_credit(np.round(weight, 9)[None], [pool.index(person)])[0]
        result.add("votes", "person", view, photos[person], credit)
