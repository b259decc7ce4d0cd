"""An attacker at work on drawn people, as a comparison lets it work, and what it said."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from unmask.defenses import Defense, Photo
from unmask.defenses.none import None_
from unmask.defenses.testing import ContractError

from ..attackers.base import Attacker, Defend, Scores, indices
from ..comparison.blind import hidden
from ..comparison.defending import Blindfolded, OwnCopies
from ..metrics.base import Unavailable
from ..statistics.rates import rank_credit
from .subjects import PEOPLE, STRANGERS, Thumbnail, drawn


@dataclass(frozen=True, eq=False)
class Sitting:
    """An attacker that has learned, what it was shown, and what it said.

    Args:
        attacker: fitted.
        probes: what it was asked about, without identities.
        truth: `(N,)`, who is on each.
        scores: its answers.
        written: whether it wrote to photos.
    """

    attacker: Attacker
    probes: tuple[Photo, ...]
    truth: np.ndarray
    scores: list[Scores]
    written: bool

    def again(self, probes: Sequence[Photo]) -> list[Scores]:
        """Ask the same attacker once more."""
        return copy.deepcopy(self.attacker).scores(probes)


def rank1(sitting: Sitting, found: Scores) -> float:
    """Return how often an answer names the right person; 0 where it names nobody."""
    if found.people is None or found.unavailable:
        return 0.0
    try:
        return float(rank_credit(found.people, sitting.truth, 1).mean())
    except ValueError as error:
        raise ContractError(f"scores cannot be ranked: {error}") from error


class _Counted:
    """The attacker's own copy of a defense, which notes that it was asked."""

    def __init__(self, copies: OwnCopies) -> None:
        self._copies, self.asked = copies, False

    def __call__(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        self.asked = True
        return self._copies(photos, draw=draw)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.asked = True
        return getattr(self._copies, name)


def plain(attacker: Attacker) -> Sitting:
    """Return the attacker as it does on photos that nobody defended."""
    return sitting_on(attacker, None_())


def sitting_on(attacker: Attacker, defense: Defense) -> Sitting:
    """Return the attacker as it does on photos defended so; learned once for all checks."""
    return _kept(type(attacker), repr(attacker), defense, _Fresh(attacker))


class _Fresh:
    """An attacker that plays no part in what is remembered: its class and text do."""

    def __init__(self, attacker: Attacker) -> None:
        self.attacker = attacker

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Fresh)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4)
def _kept(cls: type, text: str, defense: Defense, fresh: _Fresh) -> Sitting:
    return sit(fresh.attacker, defense)


def sit(attacker: Attacker, defense: Defense, *, faceless: bool = False) -> Sitting:
    """Let a copy of the attacker learn and answer, as a comparison does.

    Raises:
        Unavailable: none of its variants can work here.
    """
    one = copy.deepcopy(attacker)
    one.recognizers = one.recognizers or (Thumbnail(),)
    people, strangers = drawn(0, PEOPLE, 4), drawn(500, STRANGERS, 3)
    gallery, probes, background = (
        [*hidden(_mixed(photos), 0)]
        for photos in ([p for p in people if p.key[-1] in "01"],
                       [p for p in people if p.key[-1] in "23"], strangers)
    )  # fmt: skip
    if faceless:
        for some in (gallery, probes, background):
            some[::3] = [replace(photo, faces=()) for photo in some[::3]]
    truth = indices(probes)
    asked = [replace(photo, identity="") for photo in probes]
    blindfolded = Blindfolded(defense, 0)
    released = blindfolded.released(asked)
    asked = [p.with_pixels(d.photo.pixels) for p, d in zip(asked, released, strict=True)]
    shown = [*gallery, *asked, *background]
    kept = [photo.pixels.copy() for photo in shown]
    copies = _Counted(OwnCopies(blindfolded))
    defend: Defend = copies
    one.fit(gallery, background, defend)
    found = one.scores(asked)
    one.__dict__["_asked_the_defense"] = copies.asked
    written = not all(np.array_equal(p.pixels, b) for p, b in zip(shown, kept, strict=True))
    for photo, before in zip(shown, kept, strict=True):
        if not np.array_equal(photo.pixels, before):
            photo.pixels[:] = before
    if found and all(scores.unavailable for scores in found):
        raise Unavailable(found[0].unavailable)
    return Sitting(one, tuple(asked), truth, found, written)


def _mixed(photos: Sequence[Photo]) -> list[Photo]:
    """Return photos in an order that tells nothing."""
    mixed = list(photos)
    random.Random(3).shuffle(mixed)
    return mixed
