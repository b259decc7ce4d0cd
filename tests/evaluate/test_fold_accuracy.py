"""Accuracy over folds: by hand, at chance where nothing is told, with the interval it claims."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from unmask.evaluate.statistics import fold_accuracy, pair_interval


def pairs(rng: Generator, *, folds: int = 10, each: int = 30, people: int = 20) -> tuple[
    np.ndarray, np.ndarray, np.ndarray
]:  # fmt: skip
    """Return same, fold and people of pairs of people who are in one fold each."""
    same = np.tile(np.repeat([True, False], each), folds)
    fold = np.repeat(np.arange(folds), 2 * each)
    first = rng.integers(people, size=len(same))
    other = (first + rng.integers(1, people, size=len(same))) % people
    who = np.stack([first, np.where(same, first, other)], 1) + people * fold[:, None]
    return same, fold, who


def test_by_hand() -> None:
    same = [True, True, False, False] * 2
    scores = [0.9, 0.4, 0.3, 0.1, 0.9, 0.6, 0.5, 0.2]
    fold = [0] * 4 + [1] * 4
    who = [(0, 0), (1, 1), (0, 1), (1, 2), (5, 5), (6, 6), (5, 6), (6, 7)]
    # of fold 1: 0.55, by which 0.4 of fold 0 is missed; of fold 0: 0.35, by which 0.5 slips in
    found = fold_accuracy(scores, same, fold, who)
    assert found.found.value == 0.75
    assert found.error == 0.0
    assert (found.folds, found.found.n, found.turned) == (2, 8, 0)


@pytest.mark.parametrize("either_way", [False, True])
def test_scores_that_say_nothing_reach_chance(either_way: bool) -> None:
    """Also where ties, order or the choice of the threshold might help."""
    values = []
    for seed in range(20):
        rng = default_rng(seed)
        same, fold, who = pairs(rng)
        scores = rng.normal(size=len(same))
        values.append(fold_accuracy(scores, same, fold, who, either_way=either_way).found.value)
        constant = fold_accuracy(np.zeros(len(same)), same, fold, who, either_way=either_way)
        assert constant.found.value == 0.5
    assert abs(np.mean(values) - 0.5) < 0.01


def test_the_threshold_is_never_that_of_the_fold_itself() -> None:
    """In each fold scores lie elsewhere: a threshold of its own would tell all right."""
    same, fold, who = pairs(default_rng(0))
    scores = 100.0 * fold + same
    assert fold_accuracy(scores, same, fold, who).found.value == 0.5


def test_a_defense_that_turns_scores_round_hides_nothing() -> None:
    same, fold, who = pairs(default_rng(0))
    scores = -1.0 * same
    assert fold_accuracy(scores, same, fold, who).found.value < 0.6
    told = fold_accuracy(scores, same, fold, who, either_way=True)
    assert (told.found.value, told.turned) == (1.0, 10)


def test_a_threshold_of_clean_pairs_misses_what_collapses() -> None:
    """All is near one point: undefended thresholds say 'the same' to everything."""
    rng = default_rng(0)
    same, fold, who = pairs(rng)
    clean = same + rng.normal(size=len(same)) / 10
    seen = 5 + clean / 100
    assert fold_accuracy(seen, same, fold, who, trained=clean).found.value == 0.5
    assert fold_accuracy(seen, same, fold, who).found.value > 0.99


def test_interval_holds_where_people_differ() -> None:
    """A person who is hard to tell is so in all pairs: independent ones would promise too much."""
    rng = default_rng(1)
    inside = naive = 0
    runs = 300
    for _ in range(runs):
        _, _, who = pairs(rng, people=30, each=60)
        hard = rng.random(who.max() + 1) < 0.2
        chance = np.where(hard[who].any(1), 0.6, 0.97)
        truth = 0.5 * (0.2 * 0.6 + 0.8 * 0.97) + 0.5 * (0.36 * 0.6 + 0.64 * 0.97)
        right = rng.random(len(who)) < chance
        found = pair_interval(right, who)
        inside += found.low <= truth <= found.high
        half = 1.96 * np.sqrt(found.value * (1 - found.value) / len(right))
        naive += abs(found.value - truth) <= half
    assert inside / runs >= 0.92
    assert naive / runs < 0.85


def test_interval_near_the_top() -> None:
    same, _, who = pairs(default_rng(0), each=300, people=400)
    found = pair_interval(np.ones(len(same)), who)
    assert found.value == found.high == 1
    assert 0.99 < found.low < 1
    right = np.ones(len(same))
    right[:40] = 0
    found = pair_interval(right, who)
    assert found.low < found.value < found.high < 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"fold": [0] * 600}, "two folds or more"),
        ({"same": [True] * 600}, "pairs of both kinds"),
        ({"scores": [np.nan] * 600}, "scores"),
        ({"people": [0] * 600}, r"people \(N, 2\)"),
        ({"trained": [1.0]}, r"must be \(N,\)"),
    ],
)
def test_bad_input(change: dict[str, object], why: str) -> None:
    same, fold, who = pairs(default_rng(0))
    given = {"scores": np.zeros(600), "same": same, "fold": fold, "people": who} | change
    with pytest.raises(ValueError, match=why):
        fold_accuracy(**given)  # type: ignore[arg-type]
