"""People with unequal numbers of photos: each weighs the same, and photos are asked beside it."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import binomtest

from unmask.evaluate.attackers.heads import LDA, LOGISTIC, Head
from unmask.evaluate.comparison.certificates import Proof
from unmask.evaluate.comparison.evened import evened
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.worst import over_photos, worst_record
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.summary import rows
from unmask.evaluate.results.table import caption
from unmask.evaluate.statistics import (
    Verification,
    always_named,
    balanced_accuracy,
    chance_of,
    clustered_interval,
    constant_bound,
    effective,
    exposed_tenth,
    mean_of,
    means_of,
    open_credits,
    paired_difference,
    person_interval,
    shares_of,
    unequal,
    verification_figures,
    worst_case,
    worst_gap,
)

COUNTS = np.array([60, *[2] * 19])  # one person has 60 of 98 photos
WHO = np.repeat(np.arange(20), COUNTS)
FIRST, OTHERS = (WHO == 0).astype(float), (WHO != 0).astype(float)
EQUAL = np.repeat(np.arange(20), 4)


def test_naming_the_most_photographed_is_chance() -> None:
    """Whoever always answers with one name is right about one person, whoever that is."""
    assert chance_of(WHO) == pytest.approx(mean_of(FIRST, WHO)) == 1 / 20
    assert chance_of(WHO, 5) == 5 / 20
    assert chance_of(WHO, mean="photos") == FIRST.mean() == 60 / 98
    assert chance_of(WHO, 5, mean="photos") == pytest.approx(68 / 98)
    assert chance_of(np.repeat(np.arange(4), 3), 9) == chance_of(range(4), 9, mean="photos") == 1


def test_guessing_as_often_as_people_are_photographed_is_chance() -> None:
    shares = np.bincount(WHO) / len(WHO)
    guesses = default_rng(0).choice(20, (20_000, len(WHO)), p=shares) == WHO
    assert (guesses @ shares_of(WHO)).mean() == pytest.approx(1 / 20, abs=1e-3)


def test_equal_numbers_are_as_ever() -> None:
    values = default_rng(0).random(80)
    assert not unequal(EQUAL)
    assert unequal(WHO)
    assert chance_of(EQUAL, 5) == chance_of(EQUAL, 5, mean="photos") == 0.25
    assert person_interval(values, EQUAL) == clustered_interval(values, EQUAL)
    assert list(means_of(values, EQUAL)) == ["people"]
    assert effective(EQUAL) == pytest.approx(80)
    assert effective([*range(99), *[99] * 1000]) == pytest.approx(100, rel=0.02)


def test_the_mean_over_people_counts_everybody_once() -> None:
    assert person_interval(OTHERS, WHO).value == pytest.approx(19 / 20)
    assert person_interval(OTHERS, WHO).n == 98
    ends = binomtest(20, 20).proportion_ci(0.95, "exact")
    assert person_interval(np.ones(98), WHO)[:3] == pytest.approx((1, ends.low, 1))
    both = {"people": person_interval(OTHERS, WHO), "photos": clustered_interval(OTHERS, WHO)}
    assert means_of(OTHERS, WHO) == both
    with pytest.raises(ValueError, match="from 0 to 1"):
        person_interval([2.0], [0])


def test_the_worst_case_is_of_people_and_that_of_photos_beside_it() -> None:
    """All but one person are named on every photo; the mean over photos is 0.39."""
    worst = worst_case({"a": OTHERS}, WHO).estimate
    assert worst == person_interval(OTHERS, WHO)
    assert worst_case({"a": OTHERS}, WHO, mean="photos").estimate.value < 0.4
    assert worst_gap({"a": OTHERS}, {"a": FIRST}, WHO).estimate.value == pytest.approx(0.9)
    assert paired_difference(OTHERS, FIRST, WHO).value == pytest.approx(0.9)


def test_a_defense_that_hides_all_but_one_shows_among_the_exposed() -> None:
    """The trick of a mean over people: one man is named always, and he is on most photos."""
    assert worst_case({"a": FIRST}, WHO).estimate.value == pytest.approx(1 / 20)
    assert worst_case({"a": FIRST}, WHO, mean="photos").estimate.value == 60 / 98
    assert exposed_tenth({"a": FIRST}, WHO).estimate.value == pytest.approx(0.5)
    assert always_named({"a": FIRST}, WHO).estimate.value == pytest.approx(1 / 20)


def test_intervals_hold_where_the_most_photographed_differ() -> None:
    """The most photographed third is hard to name: 40 people, a true mean over them of 0.27."""
    rng, runs = default_rng(1), 60
    low = {"photos": 0, "people": 0}
    for _ in range(runs):
        counts = rng.choice([2, 3, 30], 40)
        rate = np.where(counts == 30, 0.08, 0.36)
        who = np.repeat(np.arange(40), counts)
        own = rng.beta(3 * rate, 3 * (1 - rate))
        right = (rng.random(len(who)) < own[who]).astype(float)
        low["photos"] += clustered_interval(right, who).high < 0.2667
        low["people"] += worst_case({"a": right}, who).estimate.high < 0.2667
    assert low["photos"] > 0.5 * runs
    assert low["people"] <= 0.1 * runs


@pytest.mark.parametrize("who", [EQUAL, WHO, np.repeat(np.arange(99), [900, *[1] * 98])])
def test_honest_attackers_pass_the_bound_of_a_constant_picture(who: np.ndarray) -> None:
    """One in 40 who guess by lot fell at the 97.5 % point; a learned prior fell always."""
    people, bound = who.max() + 1, constant_bound(who)
    for prior in (np.full(people, 1 / people), np.bincount(who) / len(who)):
        guesses = default_rng(2).choice(people, (4_000, len(who)), p=prior) == who
        assert (guesses @ shares_of(who) > bound + 1e-9).mean() <= 0.0015
    for one in range(people):  # one answer for all photos
        assert mean_of(who == one, who) <= bound
    assert bound < 0.25


def test_a_cheat_shows_though_one_person_has_nine_photos_of_ten() -> None:
    """Whoever reads names off keys names everybody; over photos 0.91 would have been chance."""
    who = np.repeat(np.arange(20), [380, *[2] * 19])
    assert mean_of(np.ones(len(who)), who) > constant_bound(who)
    half = (who % 2).astype(float)  # half of the people, none of them the first
    assert half.mean() < 0.05
    assert mean_of(half, who) > constant_bound(who)


def test_strangers_weigh_the_same_in_an_open_set() -> None:
    """One man's photos look like nobody: they must not set the threshold of all others."""
    who = np.repeat(np.arange(20), [400, *[20] * 19])
    scores = default_rng(3).random((len(who), 20))
    scores[who == 0] = -1.0  # whoever is asked about him is reported never
    found = open_credits(scores, who, 0.1)["raw"]
    strangers = np.where(np.arange(20) == who[:, None], -np.inf, scores).max(1)
    cut = scores[np.arange(len(who)), who][found > 0].min()
    assert (strangers >= cut) @ shares_of(who) == pytest.approx(0.1, abs=0.01)


def test_attributes_weigh_people_within_a_class() -> None:
    right = np.r_[np.ones(60), np.zeros(38)]
    classes = np.where(WHO < 10, "a", "b")
    assert balanced_accuracy(right, classes, WHO).value == pytest.approx(0.5 * 1 / 10)


@pytest.mark.parametrize("kind", [LDA, LOGISTIC])
def test_heads_do_not_lean_to_the_most_photographed(kind: tuple) -> None:
    """Weak signs and one man with half of the photos: whoever leans to him names too few."""
    rng, counts = default_rng(4), np.array([60, *[4] * 19])
    middle = rng.normal(size=(20, 30))
    known, who = np.repeat(np.arange(20), counts), np.repeat(np.arange(20), 10)
    draw = lambda people: middle[people] + 1.5 * rng.normal(size=(len(people), 30))  # noqa: E731
    head = Head(kind).fit(draw(known), known, np.arange(len(known)))
    named = head.scores(draw(who)).argmax(1)
    assert (named == 0).mean() < 0.2
    assert mean_of(named == who, who) > 0.35


def test_photos_have_a_record_of_their_own_with_their_own_floor() -> None:
    """The headline says 0.05 where a mean over photos would print 0.61, and the table says why."""
    clean, attack = (
        Attack("matched", "matched", "", True, {"rank1": c}) for c in (1 + 0 * WHO, FIRST)
    )
    undefended, mine = (
        Measured("x", {}, WHO, ("defended",) * 98, (a,), ()) for a in (clean, attack)
    )
    proof = Proof({"undefended": undefended}, 1.0, {}, ())
    base = Record("d", "s", "quick", "x", {}, "leakage", "worst", "rank1", people=20)
    worst = worst_record(base, [attack], mine, proof)
    assert (worst.value, worst.chance) == (pytest.approx(1 / 20), 1 / 20)
    (photos,) = over_photos(worst, [attack], mine, proof)
    assert (photos.name, photos.statistic, photos.value) == ("photos", "rank1/photo", 60 / 98)
    assert (photos.chance, photos.ceiling) == (60 / 98, 1.0)
    assert "though 61% of the photos show one of them" in caption(rows([worst, photos]))
    assert over_photos(worst, [attack], replace(mine, people=np.arange(98)), proof) == []


def test_pairs_of_the_most_photographed_are_not_nearly_all() -> None:
    """One man is linked always and nobody else ever: of all pairs of one person 0.99 are his."""
    who = np.repeat(np.arange(40), [60, *[4] * 39])
    scores = default_rng(5).random((len(who), len(who)))
    scores[np.ix_(who == 0, who == 0)] = 2.0
    pairs = Verification(scores, None, np.zeros(2), "")
    alone = {f.statistic: f.value for f in verification_figures(pairs, who)}
    fewer, people, told = evened(pairs, who)
    even = {f.statistic: f.value for f in verification_figures(fewer, people)}
    assert alone["auc"] > 0.93
    assert even["auc"] < 0.6
    assert told == "pairs of at most 8 photos of each person on either side"
    assert np.bincount(people).tolist() == [8, *[4] * 39]
    same = Verification(scores[60:, 60:], None, np.zeros(2), "")
    assert evened(same, who[60:]).pairs is same


def test_photos_of_a_gallery_are_evened_as_well() -> None:
    who, known = np.repeat(np.arange(20), 3), np.repeat(np.arange(20), [90, *[3] * 19])
    pairs = Verification(default_rng(6).random((60, 147)), known, np.zeros(2), "")
    fewer, people, _ = evened(pairs, who)
    assert fewer.scores.shape == (60, 65)
    assert people is not None
    assert fewer.people is not None
    assert np.bincount(fewer.people).tolist() == [8, *[3] * 19]
