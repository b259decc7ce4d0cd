"""From answers to one value per photo, for every probe and view."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..vlm.names import Register
from .answer import Answer
from .inquiry import Audit
from .probes import PROBES
from .probes.base import Group, Scored


def score(answers: Sequence[Answer], audit: Audit) -> Scored:
    """Score all answers.

    Shuffled names are the next person's in the pool: what they reach is what matching
    names and guessing give.
    """
    people = audit.subjects.people
    register = Register({key: (p.name, *p.aliases) for key, p in people.items()})
    scored = Scored()
    grouped: dict[str, dict[tuple[str, str], list[Answer]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for answer in answers:
        if answer.answer is None:
            scored.reasons[answer.probe, answer.view] = answer.reason
            if answer.photo and answer.probe != "same":  # which says itself who is in no pair
                scored.lost[answer.probe, answer.view][answer.photo] = answer.reason
            continue
        grouped[answer.probe][answer.view, answer.photo or answer.person].append(answer)
        face, context, shown = answer.view.rsplit("|", 2)
        if shown == "own" and context == "whole" and answer.outcome:
            scored.outcomes[face][answer.photo] = answer.outcome
    photos: dict[str, list[str]] = defaultdict(list)
    for photo in audit.subjects.photos:
        photos[photo.identity].append(photo.key)
    for name, mine in grouped.items():
        groups = [_group(found, audit, photos[found[0].person]) for found in mine.values()]
        PROBES[name].score(groups, audit, register, scored)
    return scored


def _group(answers: Sequence[Answer], audit: Audit, everywhere: Sequence[str]) -> Group:
    first = answers[0]
    pool = audit.pools[first.pool]
    photos = [first.photo] if first.photo else list(everywhere)
    return Group(answers, first.view, photos, pool, pool.index(first.person))
