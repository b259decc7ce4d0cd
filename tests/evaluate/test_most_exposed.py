"""The tenth that is named most: the tricks that would make it, or its upper end, too low."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from numpy.typing import NDArray

from unmask.evaluate.statistics import Estimate, always_named, bootstrap_weights, exposed_tenth


def told(*people: list[float]) -> tuple[Estimate, Estimate]:
    """Return the tenth, and who is always named, for one attack; each person's credits given."""
    who = np.repeat(np.arange(len(people)), [len(p) for p in people])
    values = {"": np.concatenate([np.array(p, float) for p in people])}
    return exposed_tenth(values, who).estimate, always_named(values, who).estimate


@pytest.mark.parametrize(("people", "tenth"), [(1, 1), (9, 1), (19, 1), (20, 2), (29, 2)])
def test_a_tenth_is_one_of_each_full_ten_and_at_least_one(people: int, tenth: int) -> None:
    found = told(*[[1 - at / 100] for at in range(people)])[0]
    assert found.value == pytest.approx(np.mean([1 - at / 100 for at in range(tenth)]))


def test_many_photos_of_one_do_not_hide_the_others() -> None:
    """A tenth filled up by photos would be hers alone, at 0.5."""
    tenth, always = told([1.0, 0.0] * 100, [1.0], [1.0, 1.0], *[[0.0] * 5] * 17)
    assert tenth.value == 1
    assert always.value == pytest.approx(2 / 20)


def test_neither_order_nor_names_matter_and_ties_are_no_names() -> None:
    rng, who = default_rng(0), np.repeat(np.arange(30), 4)
    values = (rng.random(120) < 0.3).astype(float)
    first = exposed_tenth({"": values}, who)
    order = rng.permutation(120)
    assert exposed_tenth({"": values[order]}, who[order]).estimate.value == first.estimate.value
    assert exposed_tenth({"": values}, np.array([f"p{n:02}" for n in who])) == first
    tenth, always = told(*[[0.5, 0.5]] * 20)
    assert (tenth.value, always.value) == (0.5, 0.0)


def test_the_tenth_is_chosen_anew_in_each_resample() -> None:
    rng, who = default_rng(1), np.repeat(np.arange(40), 5)
    values: NDArray[np.float64] = (rng.random((40, 5)) < rng.random((40, 1))).astype(float)
    each = values.mean(1)
    drawn = [np.sort(np.repeat(each, w.astype(int)))[::-1][:4].mean()
             for w in bootstrap_weights(who, 300)]  # fmt: skip
    found = exposed_tenth({"": values.ravel()}, who, resamples=300).estimate
    assert found.low == pytest.approx(np.quantile(drawn, 0.02), abs=0.02)
    assert found.high >= np.quantile(drawn, 0.975)
    assert found.low < np.sort(each)[::-1][:4].min()  # others step in for whom was not drawn


@pytest.mark.parametrize("people", [20, 40])
def test_the_upper_end_is_seldom_below_what_as_many_photos_show_of_all_people(people: int) -> None:
    """Resamples of few people alone were too low in 13 to 40 % of runs."""
    rng, who = default_rng(0), np.repeat(np.arange(people), 5)
    many = rng.binomial(5, rng.beta(0.5, 4.5, 100_000)) / 5
    truth = np.sort(many)[-10_000:].mean()
    low = 0
    for _ in range(60):
        right = rng.random((people, 5)) < rng.beta(0.5, 4.5, (people, 1))
        found = exposed_tenth({"": right.ravel().astype(float)}, who, resamples=300).estimate
        low += found.high < truth
    assert low <= 7


def test_few_photos_make_it_higher_never_lower() -> None:
    """All are named 1 time in 5: what is shown above that is owed to being chosen."""
    shown = []
    for photos in (1, 2, 5, 20, 200):
        rng, who = default_rng(0), np.repeat(np.arange(40), photos)
        named = (rng.random((20, len(who))) < 0.2).astype(float)
        shown.append(np.mean([exposed_tenth({"": n}, who, resamples=100).estimate.value
                              for n in named]))  # fmt: skip
    assert min(shown) > 0.2
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 0.28
