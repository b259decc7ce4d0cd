"""The contract of an attacker: drawn people, a few seconds, nobody's data."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import stats

from unmask.defenses import Defense, Photo
from unmask.defenses.none import None_
from unmask.defenses.planted.constant import Constant
from unmask.defenses.testing import ContractError, require

from ..attackers.base import Attacker, Defend, Scores, indices, people_of
from ..comparison.blind import hidden
from ..comparison.defending import Blindfolded, OwnCopies
from ..comparison.plan import ATTACKERS
from ..metrics.base import Unavailable
from ..statistics import verification_figures
from ..statistics.rates import rank_credit
from .running import Check, alike, registered, rests_on
from .subjects import PEOPLE, STRANGERS, Thumbnail, drawn

_ABOVE, _LUCK = 0.6, 1e-3  # least rank-1 on photos that nobody defended; of better than chance
_AUC = 0.65


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


def registered_by_its_name(attacker: Attacker) -> None:
    """`name` is the name of its entry point."""
    registered(ATTACKERS, attacker, attacker.name)


def one_score_a_person(attacker: Attacker) -> None:
    """Scores are finite, `(N, people)`: a row a photo, a column for each name of the gallery."""
    sitting = _plain(attacker)
    require(bool(sitting.scores), f"{attacker.name} gives no answer at all")
    for found in sitting.scores:
        if found.unavailable:
            continue
        shape = (len(sitting.probes), PEOPLE)
        require(found.people is not None or found.verification is not None,
                f"{_of(attacker, found)} holds neither scores of people nor of pairs")  # fmt: skip
        if found.people is not None:
            require(
                found.people.shape == shape,
                f"{_of(attacker, found)} must be {shape}: photos and people, got "
                f"{found.people.shape}",
            )
        _all_finite(attacker, [found])


def variants_differ_in_name(attacker: Attacker) -> None:
    """No two answers have one variant and recognizer: they would be one line of the report."""
    known = [(found.variant, found.recognizer) for found in _plain(attacker).scores]
    twice = {one for one in known if known.count(one) > 1}
    require(not twice, f"{attacker.name} gives several answers called {sorted(twice)}")


def names_people_nobody_defended(attacker: Attacker) -> None:
    """On photos that nobody defended it works; columns are people in the order of their names."""
    sitting = _plain(attacker)
    if attacker.names_people:
        best = max((_rank1(sitting, found) for found in sitting.scores), default=0.0)
        require(
            best >= _ABOVE,
            f"{attacker.name} names {best:.0%} of easy photos that nobody defended, of {PEOPLE} "
            "people; are its columns in the order of the sorted names?",
        )
        return
    figures = [
        figure.value or 0.0
        for found in sitting.scores if found.verification is not None
        for figure in verification_figures(found.verification, sitting.truth)
        if figure.statistic == "auc"
    ]  # fmt: skip
    require(
        max(figures, default=0.0) >= _AUC,
        f"{attacker.name} tells pairs of one person from others with an AUC of "
        f"{max(figures, default=0.0):.2f} on easy photos that nobody defended",
    )


def guesses_where_nothing_is_left(attacker: Attacker) -> None:
    """On one grey for everybody it is at chance: it reads the pixels and nothing else."""
    sitting = _sitting(attacker, Constant())
    count = len(sitting.probes)
    limit = float(stats.binom.isf(_LUCK, count, 1 / PEOPLE)) / count
    for found in sitting.scores:
        share = _rank1(sitting, found)
        require(
            share <= limit,
            f"{_of(attacker, found)} names {share:.0%} of photos of one grey, chance is "
            f"{1 / PEOPLE:.0%}: it reads something else than the pixels",
        )


def reads_no_identity(attacker: Attacker) -> None:
    """Whom a probe is said to show changes nothing."""
    sitting = _plain(attacker)
    names = people_of(drawn(0, PEOPLE, 4))
    said = [replace(p, identity=names[(i * 5) % PEOPLE]) for i, p in enumerate(sitting.probes)]
    _same(attacker, sitting.scores, sitting.again(said), "where probes are said to show somebody")


def reads_no_key(attacker: Attacker) -> None:
    """What a probe is called changes nothing."""
    sitting = _plain(attacker)
    names = people_of(drawn(0, PEOPLE, 4))
    said = [replace(p, key=f"{names[(i * 3) % PEOPLE]}/{i}") for i, p in enumerate(sitting.probes)]
    _same(attacker, sitting.scores, sitting.again(said), "where probes are called otherwise")


def order_does_not_matter(attacker: Attacker) -> None:
    """Probes in another order get the same scores."""
    sitting = _plain(attacker)
    turn = np.random.default_rng(1).permutation(len(sitting.probes))
    found = sitting.again([sitting.probes[i] for i in turn])
    back = np.argsort(turn)
    straight = [
        replace(one, people=None if one.people is None else one.people[back], verification=None)
        for one in found
    ]
    _same(attacker, sitting.scores, straight, "where probes come in another order")


def same_scores_again(attacker: Attacker) -> None:
    """A new one that learns from the same photos says the same."""
    again = _sit(attacker, None_())
    _same(attacker, _plain(attacker).scores, again.scores, "when it learns and answers again")


def leaves_photos_alone(attacker: Attacker) -> None:
    """The pixels that it is shown are as before."""
    require(not _plain(attacker).written, f"{attacker.name} writes to photos that it is shown")


def knows_only_what_it_says(attacker: Attacker) -> None:
    """One with `informed = False` never calls the defense."""
    asked = _plain(attacker).attacker.__dict__.get("_asked_the_defense", False)
    require(
        attacker.informed or not asked,
        f"{attacker.name} says informed = False, and calls defend; then it must say True",
    )


def survives_photos_without_a_face(attacker: Attacker) -> None:
    """Photos on which no face was found are part of gallery, background and probes."""
    sitting = _sit(attacker, None_(), faceless=True)
    _all_finite(attacker, sitting.scores)
    for found in sitting.scores:
        require(
            found.people is None or len(found.people) == len(sitting.probes),
            f"{_of(attacker, found)} leaves out photos without a face",
        )


attacker_checks: tuple[Check, ...] = (
    registered_by_its_name,
    one_score_a_person,
    variants_differ_in_name,
    names_people_nobody_defended,
    rests_on(guesses_where_nothing_is_left),
    rests_on(reads_no_identity),
    rests_on(reads_no_key),
    order_does_not_matter,
    same_scores_again,
    leaves_photos_alone,
    knows_only_what_it_says,
    survives_photos_without_a_face,
)


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


def _plain(attacker: Attacker) -> Sitting:
    """Return the attacker as it does on photos that nobody defended; learned once for all."""
    return _sitting(attacker, None_())


def _sitting(attacker: Attacker, defense: Defense) -> Sitting:
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
    return _sit(fresh.attacker, defense)


def _sit(attacker: Attacker, defense: Defense, *, faceless: bool = False) -> Sitting:
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


def _rank1(sitting: Sitting, found: Scores) -> float:
    if found.people is None or found.unavailable:
        return 0.0
    try:
        return float(rank_credit(found.people, sitting.truth, 1).mean())
    except ValueError as error:
        raise ContractError(f"scores cannot be ranked: {error}") from error


def _all_finite(attacker: Attacker, scores: Sequence[Scores]) -> None:
    for found in scores:
        known = [] if found.people is None else [found.people]
        known += [] if found.verification is None else [found.verification.scores]
        require(
            found.unavailable != "" or all(bool(np.isfinite(one).all()) for one in known),
            f"{_of(attacker, found)} is not finite everywhere",
        )


def _same(
    attacker: Attacker, first: Sequence[Scores], second: Sequence[Scores], when: str
) -> None:
    before = {(s.variant, s.recognizer): s for s in first}
    after = {(s.variant, s.recognizer): s for s in second}
    require(before.keys() == after.keys(), f"{attacker.name} has other variants {when}")
    for key, one in before.items():
        a, b = one.people, after[key].people
        require(
            (a is None) == (b is None) and (a is None or b is None or alike(a, b, 1e-3)),
            f"{_of(attacker, one)} are others {when}",
        )


def _of(attacker: Attacker, found: Scores) -> str:
    return "scores of " + "/".join(filter(None, (attacker.name, found.variant, found.recognizer)))
