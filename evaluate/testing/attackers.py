"""The contract of an attacker: drawn people, a few seconds, nobody's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from unmask.defenses.none import None_
from unmask.defenses.planted.constant import Constant
from unmask.defenses.testing import require

from ..attackers.base import Attacker, Scores, people_of
from ..comparison.plan import ATTACKERS
from ..statistics import verification_figures
from .running import Check, alike, registered, rests_on
from .sitting import plain, rank1, sit, sitting_on
from .subjects import PEOPLE, drawn

_ABOVE, _LUCK = 0.6, 1e-3  # least rank-1 on photos that nobody defended; of better than chance
_AUC = 0.65


def registered_by_its_name(attacker: Attacker) -> None:
    """`name` is the name of its entry point."""
    registered(ATTACKERS, attacker, attacker.name)


def one_score_a_person(attacker: Attacker) -> None:
    """Scores are finite, `(N, people)`: a row a photo, a column for each name of the gallery."""
    sitting = plain(attacker)
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
    known = [(found.variant, found.recognizer) for found in plain(attacker).scores]
    twice = {one for one in known if known.count(one) > 1}
    require(not twice, f"{attacker.name} gives several answers called {sorted(twice)}")


def names_people_nobody_defended(attacker: Attacker) -> None:
    """On photos that nobody defended it works; columns are people in the order of their names."""
    sitting = plain(attacker)
    if attacker.names_people:
        best = max((rank1(sitting, found) for found in sitting.scores), default=0.0)
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
    sitting = sitting_on(attacker, Constant())
    count = len(sitting.probes)
    limit = float(stats.binom.isf(_LUCK, count, 1 / PEOPLE)) / count
    for found in sitting.scores:
        share = rank1(sitting, found)
        require(
            share <= limit,
            f"{_of(attacker, found)} names {share:.0%} of photos of one grey, chance is "
            f"{1 / PEOPLE:.0%}: it reads something else than the pixels",
        )


def reads_no_identity(attacker: Attacker) -> None:
    """Whom a probe is said to show changes nothing."""
    sitting = plain(attacker)
    names = people_of(drawn(0, PEOPLE, 4))
    said = [replace(p, identity=names[(i * 5) % PEOPLE]) for i, p in enumerate(sitting.probes)]
    _same(attacker, sitting.scores, sitting.again(said), "where probes are said to show somebody")


def reads_no_key(attacker: Attacker) -> None:
    """What a probe is called changes nothing."""
    sitting = plain(attacker)
    names = people_of(drawn(0, PEOPLE, 4))
    said = [replace(p, key=f"{names[(i * 3) % PEOPLE]}/{i}") for i, p in enumerate(sitting.probes)]
    _same(attacker, sitting.scores, sitting.again(said), "where probes are called otherwise")


def order_does_not_matter(attacker: Attacker) -> None:
    """Probes in another order get the same scores."""
    sitting = plain(attacker)
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
    again = sit(attacker, None_())
    _same(attacker, plain(attacker).scores, again.scores, "when it learns and answers again")


def leaves_photos_alone(attacker: Attacker) -> None:
    """The pixels that it is shown are as before."""
    require(not plain(attacker).written, f"{attacker.name} writes to photos that it is shown")


def knows_only_what_it_says(attacker: Attacker) -> None:
    """One with `informed = False` never calls the defense."""
    asked = plain(attacker).attacker.__dict__.get("_asked_the_defense", False)
    require(
        attacker.informed or not asked,
        f"{attacker.name} says informed = False, and calls defend; then it must say True",
    )


def survives_photos_without_a_face(attacker: Attacker) -> None:
    """Photos on which no face was found are part of gallery, background and probes."""
    sitting = sit(attacker, None_(), faceless=True)
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
