"""Let an attacker learn and answer, and judge its answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo

from ..attackers.base import Attacker, Defend, Scores
from ..metrics.base import Unavailable
from ..results.records import broke
from ..statistics import Figure, Verification, rank_credit, verification_figures
from .answers import answers
from .blind import Blind
from .evened import evened
from .measured import Attack, Credits


@dataclass(frozen=True, eq=False)
class Release:
    """What the attackers get to see.

    Args:
        photos: `(N * draws)` defended probes, one draw after the other.
        people: `(N,)`, who is on each.
    """

    photos: tuple[Photo, ...]
    people: NDArray[np.int64]

    @property
    def first(self) -> tuple[Photo, ...]:
        """The first draw."""
        return self.photos[: len(self.people)]


def attack(attacker: Attacker, hidden: Blind, defend: Defend, release: Release) -> list[Attack]:
    """Let one attacker learn and answer; what it raises is the reason of its result.

    Args:
        attacker: built anew, not yet fitted.
        hidden: the photos it may learn from.
        defend: its copy of the defense.
        release: what it is to name people on.
    """
    start = time.perf_counter()
    facts: dict[str, Any] = {"attacker": attacker.name, "informed": attacker.informed}
    try:
        attacker.fit(hidden.gallery, hidden.background, defend)
        shown = release.first if attacker.one_draw else release.photos
        found = attacker.scores(shown)
    except Unavailable as error:
        return [Attack(attacker.name, **facts, status="unavailable", reason=str(error))]
    except (Exception, SystemExit) as error:
        reason = broke("attack", error)
        return [Attack(attacker.name, **facts, status="invalid", reason=reason)]
    if not found:
        reason = broke("attack", ValueError("it gave no answer"))
        return [Attack(attacker.name, **facts, status="invalid", reason=reason)]
    seconds = time.perf_counter() - start
    facts["seconds"] = seconds / len(found)
    return told_apart([_judge(scores, release.people, facts, len(shown)) for scores in found])


def told_apart(attacks: Sequence[Attack]) -> list[Attack]:
    """Number attacks that are called alike: else one would stand for all, be it the weakest."""
    told, seen = [], Counter[tuple[str, str]]()
    for one in attacks:
        seen[one.name, one.recognizer] += 1
        count = seen[one.name, one.recognizer]
        told.append(one if count == 1 else replace(one, name=f"{one.name} #{count}"))
    return told


def _judge(scores: Scores, truth: NDArray[np.int64], facts: dict[str, Any], shown: int) -> Attack:
    name = "/".join(filter(None, (facts["attacker"], scores.variant)))
    facts = {**facts, "recognizer": scores.recognizer, "notes": scores.notes}
    if scores.informed is not None:
        facts["informed"] = scores.informed
    if scores.unavailable:
        return Attack(name, **facts, status="unavailable", reason=scores.unavailable)
    credits: dict[str, Credits] = {}
    asked: dict[str, dict[str, Credits]] = {}
    figures: list[Figure] = []
    try:
        _check_shape(scores, truth, shown)
        if scores.people is not None:
            asked = answers(scores.people, truth)
            credits = {f"rank{k}": _credits(scores.people, truth, k) for k in (1, 5)}
        if scores.verification is not None:
            pairs, who, told = evened(_of_one(scores.verification, len(truth)), truth)
            figures = [replace(figure, reason="; ".join(filter(None, (figure.reason, told))))
                       for figure in verification_figures(pairs, who)]  # fmt: skip
    except Exception as error:  # a plug-in may answer anything
        return Attack(name, **facts, status="invalid", reason=broke("attack", error))
    return Attack(name, **facts, credits=credits, asked=asked, figures=tuple(figures))


def _check_shape(scores: Scores, truth: NDArray[np.int64], shown: int) -> None:
    """Refuse answers of which nobody knows on which photos or whom they name."""
    if scores.people is not None:
        wanted = shown, int(truth.max()) + 1
        if np.shape(scores.people) != wanted:
            raise ValueError(f"scores must be {wanted}, photos and people, "
                             f"got {np.shape(scores.people)}")  # fmt: skip
    if scores.verification is not None and len(scores.verification.scores) != shown:
        raise ValueError(f"scores of pairs need a row for each of {shown} photos, got "
                         f"{len(scores.verification.scores)}")  # fmt: skip


def _credits(scores: NDArray[np.float64], truth: NDArray[np.int64], k: int) -> Credits:
    """Return the credit of each probe, its mean over the draws."""
    draws = max(1, len(scores) // len(truth))
    each = rank_credit(scores, np.tile(truth, draws), k)
    return np.asarray(each.reshape(draws, -1).mean(0), np.float64)


def _of_one(pairs: Verification, count: int) -> Verification:
    """Return the pairs of the first draw: two draws of a photo are no pair of photos."""
    columns = slice(count) if pairs.people is None else slice(None)
    return replace(pairs, scores=pairs.scores[:count, columns])
