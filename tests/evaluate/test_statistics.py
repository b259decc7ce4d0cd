from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from scipy.stats import beta, binomtest, bootstrap, norm
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score, roc_curve

from unmask.evaluate.statistics import (
    Estimate,
    UnresolvedError,
    bootstrap_weights,
    chance_of,
    clustered_interval,
    paired_difference,
    rank_credit,
    roc,
    tar_at_far,
    threshold_at_far,
    worst_case,
)

Floats = NDArray[np.float64]
PHOTOS = 5


def answers(rng: Generator, people: int, rate: float, within: float, runs: int) -> Floats:
    """Return `(runs, people * PHOTOS)` right and wrong answers, alike within a person."""
    strength = (1 - within) / within
    own = rng.beta(rate * strength, (1 - rate) * strength, (runs, people, 1))
    right = rng.random((runs, people, PHOTOS)) < own
    return right.reshape(runs, -1).astype(np.float64)


def covered(runs: Floats, people: NDArray[np.int64], rate: float) -> float:
    found = [clustered_interval(run, people) for run in runs]
    return float(np.mean([e.low <= rate <= e.high for e in found]))


# ranks


def brute_credit(row: Floats, truth: int, k: int) -> float:
    """Average over many orders in which ties are broken by lot."""
    rng, hits, tries = default_rng(0), 0, 400
    for _ in range(tries):
        order = sorted(range(len(row)), key=lambda i: (-row[i], rng.random()))
        hits += truth in order[:k]
    return hits / tries


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_rank_credit_is_the_loop_where_nothing_ties(k: int) -> None:
    rng = default_rng(k)
    scores, truth = rng.normal(size=(60, 9)), rng.integers(0, 9, 60)
    expected = [
        float(t in sorted(range(9), key=lambda i: -row[i])[:k])
        for row, t in zip(scores, truth, strict=True)
    ]
    np.testing.assert_array_equal(rank_credit(scores, truth, k), expected)


@pytest.mark.parametrize("k", [1, 3])
def test_ties_share_credit_as_a_lottery_would(k: int) -> None:
    rng = default_rng(k)
    scores, truth = rng.integers(0, 3, (20, 6)).astype(float), rng.integers(0, 6, 20)
    expected = [brute_credit(row, t, k) for row, t in zip(scores, truth, strict=True)]
    np.testing.assert_allclose(rank_credit(scores, truth, k), expected, atol=0.08)


def test_credit_by_hand() -> None:
    scores = [[3, 2, 2, 1], [3, 2, 2, 1], [3, 2, 2, 1]]
    np.testing.assert_allclose(rank_credit(scores, [0, 1, 3], 1), [1, 0, 0])
    np.testing.assert_allclose(rank_credit(scores, [0, 1, 3], 2), [1, 0.5, 0])
    np.testing.assert_allclose(rank_credit(scores, [0, 1, 3], 3), [1, 1, 0])


def test_a_constant_row_is_chance_wherever_the_truth_is() -> None:
    for k in (1, 5):
        credit = rank_credit(np.full((8, 8), 0.3), np.arange(8), k)
        np.testing.assert_array_equal(credit, np.full(8, k / 8))
    np.testing.assert_array_equal(rank_credit(np.zeros((3, 3)), np.arange(3), 5), np.ones(3))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_scores_must_be_finite(bad: float) -> None:
    scores = np.zeros((4, 3))
    scores[2, 1] = bad
    with pytest.raises(ValueError, match="got 1 of 12 NaN or infinite"):
        rank_credit(scores, np.zeros(4, int))


def test_rank_credit_checks() -> None:
    with pytest.raises(ValueError, match=r"got \(4, 3\) and \(3,\)"):
        rank_credit(np.zeros((4, 3)), np.zeros(3, int))
    with pytest.raises(ValueError, match="columns 0 to 2"):
        rank_credit(np.zeros((4, 3)), np.full(4, 3))
    with pytest.raises(ValueError, match="columns 0 to 2"):
        rank_credit(np.zeros((4, 3)), np.full(4, -1))
    with pytest.raises(ValueError, match="k must be"):
        rank_credit(np.zeros((4, 3)), np.zeros(4, int), 0)


def test_chance() -> None:
    assert chance_of([3, 5, 9, 9, 5, 3]) == pytest.approx(1 / 3)


# intervals


def test_weights_draw_people() -> None:
    weights = bootstrap_weights(np.repeat(np.arange(7), 3), 500, seed=4)
    assert weights.shape == (500, 7)
    np.testing.assert_array_equal(weights.sum(1), np.full(500, 7))
    np.testing.assert_array_equal(weights, bootstrap_weights(list("abcdefg"), 500, seed=4))
    assert not np.array_equal(weights, bootstrap_weights(range(7), 500, seed=5))
    assert weights.var() == pytest.approx(6 / 7, rel=0.05)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_clustered_interval_covers_and_the_plain_one_does_not(rate: float) -> None:
    runs = answers(default_rng(11), 50, rate, 0.4, 600)
    people = np.repeat(np.arange(50), PHOTOS)
    assert 0.92 <= covered(runs, people, rate) <= 0.98
    assert covered(runs[:300], np.arange(len(people)), rate) < 0.88


@pytest.mark.parametrize("rate", [0.02, 0.98])
def test_the_upper_end_is_not_too_low_where_little_leaks(rate: float) -> None:
    # the percentile interval misses on the inner side in 12 % of such runs
    runs = answers(default_rng(12), 40, rate, 0.3, 600)
    assert covered(runs, np.repeat(np.arange(40), PHOTOS), rate) >= 0.93


@pytest.mark.parametrize("rate", [0.15, 0.5, 0.85])
def test_the_interval_is_scipys_bca_at_a_wider_level(rate: float) -> None:
    # values that do not tie: SciPy counts ties with the mean by rounding errors
    runs = default_rng(13).beta(rate, 1 - rate, (3, 25)).repeat(PHOTOS, 1)
    width = np.sqrt(25 / 24) * student.ppf(0.975, 24)
    for run in runs:
        ours = clustered_interval(run, np.repeat(np.arange(25), PHOTOS), resamples=20_000)
        theirs = bootstrap(
            (run.reshape(25, PHOTOS).mean(1),),
            np.mean,
            n_resamples=20_000,
            confidence_level=2 * norm.cdf(width) - 1,
            method="BCa",
            rng=default_rng(0),
        ).confidence_interval
        np.testing.assert_allclose(ours[1:3], theirs, atol=0.015)  # both draw by lot


@pytest.mark.parametrize("people", [3, 20, 40])
@pytest.mark.parametrize("right", [0, 1])
def test_all_right_or_all_wrong_is_clopper_pearson(people: int, right: int) -> None:
    values = np.full(people * 4, float(right))
    found = clustered_interval(values, np.repeat(np.arange(people), 4))
    exact = binomtest(right * people, people).proportion_ci(0.95, "exact")
    np.testing.assert_allclose(found[:3], (right, exact.low, exact.high), atol=1e-12)
    assert found.n == 4 * people


def test_people_who_are_all_alike_leave_room_for_others() -> None:
    people = np.repeat(np.arange(20), 5)
    tie = clustered_interval(np.full(100, 0.05), people)
    assert 0 < tie.low < 0.05 < tie.high < 0.25
    half = clustered_interval(np.tile([1.0, 0.0], 40), np.repeat(np.arange(20), 4))
    assert half.low < 0.45 < 0.55 < half.high
    missed = beta.ppf(0.975, 1, 20)  # at most this share of others
    assert half.high == pytest.approx(0.5 + 0.5 * missed)


def test_no_bounds_for_decibels() -> None:
    people = np.repeat(np.arange(20), 5)
    same = clustered_interval(np.full(100, 31.0), people, bounds=None)
    assert same == Estimate(31.0, 31.0, 31.0, 100)
    values = default_rng(0).normal(30, 2, 100)
    found = clustered_interval(values, people, bounds=None)
    assert found.low < values.mean() < found.high
    with pytest.raises(ValueError, match="from 0 to 1, got 31"):
        clustered_interval(np.full(100, 31.0), people)


def test_people_with_many_photos_count_by_photos() -> None:
    values, people = np.array([1.0] * 9 + [0.0]), np.array([0] * 9 + [1])
    assert clustered_interval(values, people).value == 0.9


def test_order_and_names_of_people_do_not_matter() -> None:
    values = answers(default_rng(3), 30, 0.5, 0.3, 1)[0]
    people = np.repeat(np.arange(30), PHOTOS)
    order = default_rng(4).permutation(len(values))
    plain = clustered_interval(values, people)
    assert clustered_interval(values[order], people[order]) == pytest.approx(plain)
    names = np.array([f"person {i:03}" for i in people])
    assert clustered_interval(values, names) == plain


def test_interval_checks() -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        clustered_interval([0.5, np.nan], [0, 1])
    with pytest.raises(ValueError, match=r"got \(3,\) and \(2,\)"):
        clustered_interval([0.5, 0.1, 0.2], [0, 1])
    with pytest.raises(ValueError, match="at least one value"):
        clustered_interval([], [])
    with pytest.raises(ValueError, match="at least 100 resamples"):
        clustered_interval([0.0, 1.0], [0, 1], resamples=10)


# differences and the worst case


def test_a_paired_difference_uses_what_photos_share() -> None:
    rng = default_rng(8)
    people = np.repeat(np.arange(40), PHOTOS)
    hard = answers(rng, 40, 0.5, 0.5, 1)[0]
    easier = np.maximum(hard, rng.random(200) < 0.12)
    found = paired_difference(easier, hard, people)
    assert found.value == pytest.approx(easier.mean() - hard.mean())
    assert 0 < found.low < found.value < found.high
    one, other = clustered_interval(easier, people), clustered_interval(hard, people)
    assert one.low < other.high  # the two intervals overlap: unpaired, nothing could be said
    back = paired_difference(hard, easier, people)
    assert back[:3] == pytest.approx((-found.value, -found.high, -found.low), abs=0.01)


@pytest.mark.parametrize("difference", [0.0, 0.1])
def test_paired_difference_covers(difference: float) -> None:
    rng, hits = default_rng(9), 0
    people = np.repeat(np.arange(40), PHOTOS)
    for _ in range(300):
        base = np.repeat(rng.normal(0, 0.15, 40), PHOTOS)
        a, b = rng.random((2, 200)) < np.array([0.5 + difference, 0.5])[:, None] + base
        found = paired_difference(a, b, people)
        hits += found.low <= difference <= found.high
    assert 0.92 <= hits / 300 <= 0.985


@pytest.mark.parametrize("photos", [1, 4])
def test_a_difference_of_few_people_of_whom_hardly_any_is_named_does_not_end_too_low(
    photos: int,
) -> None:
    """The trick: nobody named here and one of ten there ended at 0, that is, at the control."""
    rng, people = default_rng(4), np.repeat(np.arange(10), photos)
    lost = 0
    for _ in range(300):
        a, b = (
            answers(rng, 10, rate, 0.3, 1).reshape(10, PHOTOS)[:, :photos].ravel()
            for rate in (0.1, 0.05)
        )
        lost += paired_difference(a, b, people).high < 0.05
    assert lost / 300 < 0.04  # 0.05 to 0.15 without what both means say
    one = np.eye(10)[0]
    found = paired_difference(np.zeros(10), one, np.arange(10))
    assert found.value == -0.1
    assert found.high > 0.15
    assert paired_difference(one, np.zeros(10), np.arange(10)).low == pytest.approx(-found.high)


def test_equal_defenses_are_not_ordered() -> None:
    people = np.repeat(np.arange(20), 5)
    for value in (0.0, 1.0):
        same = paired_difference(np.full(100, value), np.full(100, value), people)
        assert same.low < 0 < same.high
    apart = paired_difference(np.ones(100), np.zeros(100), people)
    assert 0.6 < apart.low < apart.value == apart.high == 1


def test_one_attacker_alone_is_the_clustered_interval() -> None:
    values = answers(default_rng(5), 30, 0.3, 0.3, 1)[0]
    people = np.repeat(np.arange(30), PHOTOS)
    name, estimate = worst_case({"naive": values}, people)
    assert name == "naive"
    assert estimate == clustered_interval(values, people)


def test_a_clear_worst_case_is_not_touched_by_weak_attackers() -> None:
    people = np.repeat(np.arange(30), PHOTOS)
    strong, weak = (answers(default_rng(5), 30, rate, 0.2, 1)[0] for rate in (0.8, 0.1))
    name, estimate = worst_case({("weak", ""): weak, ("strong", "dlib"): strong}, people)
    assert name == ("strong", "dlib")
    assert estimate == clustered_interval(strong, people)


def test_the_worst_of_equals_reaches_higher_than_each() -> None:
    people = np.repeat(np.arange(30), PHOTOS)
    values = dict(enumerate(answers(default_rng(6), 30, 0.5, 0.3, 6)))
    name, estimate = worst_case(values, people)
    single = {n: clustered_interval(v, people) for n, v in values.items()}
    assert estimate.value == max(e.value for e in single.values())
    assert estimate.high >= max(e.high for e in single.values())
    assert estimate.high > single[name].high
    assert estimate.low < single[name].low


def test_the_worst_case_covers_although_the_best_is_picked() -> None:
    rng, low, high = default_rng(7), 0, 0
    people = np.repeat(np.arange(40), PHOTOS)
    for _ in range(150):
        runs = answers(rng, 40, 0.5, 0.3, 5)
        found = worst_case(dict(enumerate(runs)), people).estimate
        low += found.low > 0.5
        high += found.high < 0.5
    assert high <= 3  # leakage is not too low
    assert low <= 18


def test_worst_case_at_the_ceiling() -> None:
    people = np.repeat(np.arange(20), 5)
    name, estimate = worst_case({"a": np.ones(100), "b": np.zeros(100)}, people)
    assert name == "a"
    assert estimate[:3] == pytest.approx((1.0, 0.025 ** (1 / 20), 1.0))
    with pytest.raises(ValueError, match="at least one attacker"):
        worst_case({}, people)


# verification


def pairs(seed: int, ties: bool) -> tuple[Floats, Floats]:
    rng = default_rng(seed)
    genuine, impostor = rng.normal(1, 1, 300 + seed), rng.normal(0, 1, 2500 + seed)
    return (np.round(genuine, 1), np.round(impostor, 1)) if ties else (genuine, impostor)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_curves_agree_with_scikit_learn(seed: int, ties: bool) -> None:
    genuine, impostor = pairs(seed, ties)
    labels = np.r_[np.ones(len(genuine)), np.zeros(len(impostor))]
    scores = np.r_[genuine, impostor]
    false, true, _ = roc_curve(labels, scores, drop_intermediate=False)
    auc, eer = roc(genuine, impostor)
    assert auc == pytest.approx(roc_auc_score(labels, scores), abs=1e-9)
    curve = interp1d(false, true)
    crossing = brentq(lambda rate: 1 - rate - curve(rate), 0, 1, xtol=1e-13)
    assert eer == pytest.approx(crossing, abs=1e-9)
    for far in (1e-2, 5e-2, 0.3):
        tar = tar_at_far(genuine, threshold_at_far(impostor, far))
        assert tar == pytest.approx(true[false <= far].max(), abs=1e-9)


def test_extremes_of_the_curve() -> None:
    assert roc([2, 3], [0, 1]) == (1, 0)
    assert roc([0, 1], [2, 3]) == (0, 1)
    assert roc([5, 5], [5, 5, 5]) == (0.5, 0.5)


def test_the_threshold_keeps_its_rate() -> None:
    impostor = np.arange(2000.0)
    threshold = threshold_at_far(impostor, 0.01)
    assert (impostor > threshold).sum() == 20
    tied = np.repeat([0.0, 1.0], [1000, 1000])
    assert (tied > threshold_at_far(tied, 0.01)).mean() == 0
    assert tar_at_far([0.5, 1.0, 1.5], threshold_at_far(tied, 0.01)) == pytest.approx(1 / 3)


def test_a_rate_that_pairs_cannot_resolve_is_refused() -> None:
    threshold_at_far(np.arange(1000), 0.01)
    with pytest.raises(UnresolvedError, match=r"needs at least 1000 impostor pairs .* got 999"):
        threshold_at_far(np.arange(999), 0.01)
    with pytest.raises(UnresolvedError, match=r"FAR 0\.001 needs at least 10000"):
        threshold_at_far(np.arange(9999), 1e-3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_at_far(np.arange(99), 1.0)


def test_verification_scores_must_be_finite() -> None:
    with pytest.raises(ValueError, match="genuine scores must be finite"):
        roc([np.nan], [0.0])
    with pytest.raises(ValueError, match=r"impostor scores must be .* not empty"):
        roc([1.0], [])
    with pytest.raises(ValueError, match="impostor scores must be finite"):
        threshold_at_far([np.inf] * 1000, 0.1)
