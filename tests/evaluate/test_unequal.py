"""People with unequal numbers of photos: two means, and what is chance beside each."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import binomtest

from unmask.evaluate.statistics import (
    chance_of,
    clustered_interval,
    constant_bound,
    means_of,
    person_interval,
    unequal,
    worst_case,
)

COUNTS = np.array([60, *[2] * 19])  # one person has 60 of 98 photos
WHO = np.repeat(np.arange(20), COUNTS)
FIRST, OTHERS = (WHO == 0).astype(float), (WHO != 0).astype(float)


def test_naming_the_most_photographed_is_chance() -> None:
    """It was 1 / 20 here, so that a constant answer stood far above chance."""
    assert chance_of(WHO) == FIRST.mean() == 60 / 98
    assert chance_of(WHO, 5) == pytest.approx(68 / 98)
    assert chance_of(WHO, mean="people") == 1 / 20
    assert chance_of(WHO, 5, mean="people") == 5 / 20
    assert chance_of(np.repeat(np.arange(4), 3), 9) == chance_of(range(4), 9, mean="people") == 1


def test_equal_numbers_are_chance_as_ever() -> None:
    people = np.repeat(np.arange(20), 4)
    assert not unequal(people)
    assert unequal(WHO)
    assert chance_of(people, 5) == chance_of(people, 5, mean="people") == 0.25


def test_the_mean_over_people_counts_everybody_once() -> None:
    assert person_interval(OTHERS, WHO).value == pytest.approx(19 / 20)
    assert person_interval(OTHERS, WHO).n == 98
    ends = binomtest(20, 20).proportion_ci(0.95, "exact")
    assert person_interval(np.ones(98), WHO)[:3] == pytest.approx((1, ends.low, 1))
    values, people = default_rng(0).random(80), np.repeat(np.arange(20), 4)
    assert person_interval(values, people) == pytest.approx(clustered_interval(values, people))
    both = {"photos": clustered_interval(OTHERS, WHO), "people": person_interval(OTHERS, WHO)}
    assert means_of(OTHERS, WHO) == both
    assert list(means_of(values, people)) == ["photos"]
    with pytest.raises(ValueError, match="from 0 to 1"):
        person_interval([2.0], [0])


def test_the_worst_case_is_the_higher_of_both_means() -> None:
    """All but one person are named on every photo; the mean over photos was 0.39."""
    worst = worst_case({"a": OTHERS}, WHO)
    assert clustered_interval(OTHERS, WHO).value < 0.4
    assert (worst.estimate.value, worst.mean) == (pytest.approx(0.95), "people")
    assert worst.estimate.high > 0.95
    worst = worst_case({"a": FIRST, "b": 0 * FIRST}, WHO)
    assert (worst.name, worst.estimate.value, worst.mean) == ("a", 60 / 98, "photos")
    assert worst.estimate.high >= clustered_interval(FIRST, WHO).high


def test_the_higher_mean_is_not_too_low_where_one_alone_is() -> None:
    """The most photographed third is hard to name: 40 people, a true mean over them of 0.27."""
    rng, runs = default_rng(1), 60
    low = {"photos": 0, "higher": 0}
    for _ in range(runs):
        counts = rng.choice([2, 3, 30], 40)
        rate = np.where(counts == 30, 0.08, 0.36)
        who = np.repeat(np.arange(40), counts)
        own = rng.beta(3 * rate, 3 * (1 - rate))
        right = (rng.random(len(who)) < own[who]).astype(float)
        low["photos"] += clustered_interval(right, who).high < 0.2667
        low["higher"] += worst_case({"a": right}, who).estimate.high < 0.2667
    assert low["photos"] > 0.5 * runs
    assert low["higher"] <= 0.1 * runs


def test_honest_attackers_pass_the_bound_of_a_constant_picture() -> None:
    """One in 40 who guess by lot fell at the 97.5 % point; a learned prior fell always."""
    people = np.repeat(np.arange(20), 4)
    bound = constant_bound(people)
    guesses = default_rng(2).binomial(80, 0.05, 20_000) / 80
    assert 0 < (guesses > bound).mean() <= 0.0015
    assert FIRST.mean() <= constant_bound(WHO) < 0.8
