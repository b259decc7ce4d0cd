"""Ratios of sums over people, against hand and against the mean they become."""

import numpy as np
import pytest

from unmask.evaluate.statistics import person_interval, ratio_difference, ratio_interval

WHO = ["a", "a", "b", "b", "c", "c", "d", "d"]


def test_sums_over_sums_and_everybody_counts_the_same() -> None:
    found = ratio_interval([0.2, 0.0, 0.4, 0.2, 0, 0], [0.4, 0.2, 1, 1, 0, 0], WHO[:6])
    assert found is not None
    assert found.value == pytest.approx((0.1 + 0.3) / (0.3 + 1.0))
    assert found.n == 4  # nothing was answered about c
    assert 0 <= found.low <= found.value <= found.high <= 1
    often = ratio_interval([1, *[0] * 9], [1] * 10, ["a", *["b"] * 9])
    assert often is not None
    assert often.value == 0.5  # and not 0.1: b has more photos, and counts as one


def test_with_every_question_answered_it_is_the_mean_over_people() -> None:
    values = np.random.default_rng(0).random(8)
    assert ratio_interval(values, np.ones(8), WHO) == person_interval(values, WHO)


def test_no_whole_is_no_figure() -> None:
    assert ratio_interval([0, 0], [0, 0], ["a", "b"]) is None
    assert ratio_difference(([1, 1], [1, 1]), ([0, 0], [0, 0]), ["a", "b"]) is None


def test_who_never_answers_changes_nothing() -> None:
    some = ratio_interval([1, 0, 1], [1, 1, 1], ["a", "b", "c"])
    assert ratio_interval([1, 0, 1, 0], [1, 1, 1, 0], ["a", "b", "c", "d"]) == some


def test_all_right_is_not_certain() -> None:
    found = ratio_interval(np.ones(8), np.ones(8), WHO)
    assert found is not None
    assert found.value == found.high == 1
    assert found.low == pytest.approx(0.025 ** (1 / 4))  # Clopper and Pearson


def test_differences() -> None:
    rng = np.random.default_rng(1)
    first, second, whole = rng.random(8), rng.random(8), np.ones(8)
    found = ratio_difference((first, whole), (second, whole), WHO)
    assert found is not None
    assert found.value == pytest.approx((first - second).mean())
    assert found.low < found.value < found.high
    same = ratio_difference((first, whole), (first, whole), WHO)
    assert same is not None
    assert same.value == 0
    assert same.low < 0 < same.high
    lone = ratio_difference((first, whole), (second * 0, [1, 1, *[0] * 6]), WHO)
    assert lone is not None  # resamples without the one who answered are left out
    assert np.isfinite([lone.low, lone.high]).all()


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="no larger than its whole"):
        ratio_interval([0.5], [0.4], ["a"])
    with pytest.raises(ValueError, match="must be \\(N,\\)"):
        ratio_interval([0.5, 1], [1], ["a"])
