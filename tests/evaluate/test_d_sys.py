"""D_sys against its formula, and the tricks that would make it too low."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from numpy.typing import NDArray
from scipy.stats import norm

from unmask.evaluate.statistics import (
    Verification,
    chance_linkability,
    d_sys,
    unlinkability,
    verification_figures,
)

Floats = NDArray[np.float64]


def truth(distance: float) -> float:
    """D_sys of two normal distributions, by numerical integration of the paper's formula."""
    at = np.linspace(-8, 8 + distance, 20_001)
    ratio = norm.pdf(at - distance) / norm.pdf(at)
    local = np.where(ratio > 1, 2 * ratio / (1 + ratio) - 1, 0)
    return float((local * norm.pdf(at - distance)).sum() * (at[1] - at[0]))


def pairs(
    people: int, photos: int, strength: float, seed: int = 0
) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_]]:
    """Return scores of pairs of photos whose vectors are alike within a person."""
    rng, who = default_rng(seed), np.repeat(np.arange(people), photos)
    vectors = strength * rng.normal(size=(people, 16))[who] + rng.normal(size=(len(who), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors @ vectors.T, who, np.triu(np.ones((len(who), len(who)), bool), 1)


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.0, 3.0])
def test_many_scores_give_the_integral(distance: float) -> None:
    rng = default_rng(0)
    found = d_sys(rng.normal(distance, size=5_000), rng.normal(size=50_000))
    assert found == pytest.approx(truth(distance), abs=0.015)


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("mated", [3, 10, 30, 100, 300])
def test_few_scores_do_not_lower_it(mated: int, distance: float) -> None:
    rng = default_rng(1)
    found = [d_sys(rng.normal(distance, size=mated), rng.normal(size=20 * mated))
             for _ in range(60)]  # fmt: skip
    error = float(np.std(found)) / np.sqrt(60)
    assert np.mean(found) > truth(distance) - 2 * error


def test_scores_that_say_nothing_are_near_nothing_and_the_more_the_nearer() -> None:
    rng = default_rng(0)
    found = [np.mean([d_sys(rng.normal(size=m), rng.normal(size=20 * m)) for _ in range(20)])
             for m in (200, 1_000, 5_000)]  # fmt: skip
    assert found == pytest.approx([0.11, 0.07, 0.03], abs=0.015)  # the docstring says so


@pytest.mark.parametrize("mated", [1, 2, 5, 50])
def test_scores_apart_are_all_told(mated: int) -> None:
    rng = default_rng(0)
    low, middle, high = (rng.uniform(at, at + 1, mated) for at in (0, 5, 10))
    assert d_sys(high, low) == pytest.approx(1)
    assert d_sys(low, high) == pytest.approx(1)  # turned round: AUC is 0
    assert d_sys(np.concatenate([low, high]), middle) == pytest.approx(1)  # AUC is 0.5
    assert d_sys(middle, np.concatenate([low, high])) == pytest.approx(1)


def test_all_alike_is_nothing() -> None:
    assert d_sys(np.zeros(40), np.zeros(400)) == 0
    assert d_sys([1.0], [1.0, 1.0]) == 0


def test_ties_do_not_hide_what_is_told() -> None:
    rng = default_rng(0)
    rest = rng.uniform(0, 1, 1_000)
    tied = np.concatenate([np.full(120, 0.5), rng.uniform(0, 1, 280)])  # 0.3 at one score
    assert d_sys(tied, rest) > 0.3
    just = np.nextafter(0.5, 1)
    assert d_sys(np.full(40, 0.5), np.full(400, just)) == pytest.approx(1)
    coins = rng.integers(0, 2, 5_000)
    found = d_sys(np.where(coins, 3, 2), rng.integers(0, 2, 5_000) * 2)
    assert found == pytest.approx(0.5, abs=0.03)  # 3 is of the mated alone, 2 of both alike


def test_neither_scale_nor_order_matters() -> None:
    rng = default_rng(0)
    mated, other = rng.normal(1, size=90), rng.normal(size=900)
    found = d_sys(mated, other)
    assert d_sys(np.exp(mated), np.exp(other)) == pytest.approx(found)
    assert d_sys(mated[::-1], rng.permutation(other)) == pytest.approx(found)


def test_it_refuses_what_it_cannot_answer() -> None:
    with pytest.raises(ValueError, match="none of one kind"):
        d_sys([], [1.0])
    with pytest.raises(ValueError, match="finite"):
        d_sys([np.nan], [1.0])


def measured(
    scores: Floats, who: NDArray[np.int64], used: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    chance = chance_linkability(scores, who, None, used)
    same = who[:, None] == who[None]
    return *unlinkability(scores, same, used, who, chance=chance), chance


def test_the_interval_holds_the_figure_and_chance_is_that_of_few_pairs() -> None:
    value, low, high, chance = measured(*pairs(20, 5, 0.0))
    assert low == 0 < value < high
    assert chance == pytest.approx(value, abs=0.06)
    value, low, high, chance = measured(*pairs(20, 5, 0.7))
    assert chance + 0.1 < low < value < high
    assert (value, low, high, chance) == measured(*pairs(20, 5, 0.7))


def test_where_no_resample_differs_the_interval_has_a_width() -> None:
    who = np.repeat(np.arange(20), 2)
    used = np.triu(np.ones((40, 40), bool), 1)
    told = measured((who[:, None] == who[None]).astype(float), who, used)
    assert told[0] == told[2] == pytest.approx(1)
    assert told[1] < 0.9
    value, _, high, chance = measured(np.zeros((40, 40)), who, used)
    assert value == chance == 0
    assert high > 0.1


@pytest.mark.parametrize("gallery", [True, False])
def test_it_stands_beside_auc(gallery: bool) -> None:
    scores, who, _ = pairs(12, 4, 0.8)
    people = who[:30] if gallery else None
    table = scores[:, :30] if gallery else scores
    given = Verification(table, people, default_rng(0).normal(size=200), "made up")
    found = {f.statistic: f for f in verification_figures(given, who)}
    figure = found["d_sys"]
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.chance is not None
    assert figure.low < figure.value < figure.high
    assert figure.chance < figure.value


def test_without_pairs_of_both_kinds_there_is_a_reason() -> None:
    scores, who, _ = pairs(12, 4, 0.8)
    alone = Verification(scores[:, :30], np.full(30, 99), np.zeros(9), "")
    found = {f.statistic: f for f in verification_figures(alone, who)}
    assert found["d_sys"].value is None
    assert "no pairs of both kinds" in found["d_sys"].reason


def test_scores_turned_round_are_seen_where_auc_sees_nothing_good() -> None:
    scores, who, _ = pairs(12, 4, 1.0)
    both = [{f.statistic: f.value for f in verification_figures(
        Verification(table, None, default_rng(0).normal(size=200), ""), who)}
        for table in (scores, -scores, np.abs(scores - np.median(scores)))]  # fmt: skip
    assert both[0]["d_sys"] > 0.7
    assert both[1]["auc"] < 0.1
    assert both[1]["d_sys"] == pytest.approx(both[0]["d_sys"], abs=0.05)
