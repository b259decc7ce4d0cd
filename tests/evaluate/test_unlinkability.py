"""D_sys against its published definition, and what would make it too low."""

import numpy as np
import pytest
from scipy.stats import norm

from unmask.evaluate.statistics import chance_linkability, d_sys, linkability, unlinkability


def table(shift: float, people: int = 60, photos: int = 6) -> tuple[np.ndarray, ...]:
    """Scores of all pairs of photos: those of one person are normal and `shift` higher."""
    truth = np.repeat(np.arange(people), photos)
    same = truth[:, None] == truth[None]
    used = np.triu(np.ones_like(same), 1)
    scores = np.random.default_rng(0).normal(size=same.shape) + shift * same
    return scores, same, used, truth


def test_three_bins_by_hand() -> None:
    """LR 3, 1 and 1/3: D is 1/2, 0 and 0, and half of the pairs are in the first."""
    assert linkability([6, 4, 2], [2, 4, 6]) == pytest.approx(0.5 * 0.5)
    assert linkability([5, 5, 5], [50, 50, 50]) == 0.0
    assert linkability([5, 0], [0, 9]) == 1.0


@pytest.mark.parametrize("shift", [0.5, 1.0, 2.0])
def test_of_two_normals_it_is_the_published_integral(shift: float) -> None:
    s = np.linspace(-10, 14, 20001)
    mated, others = norm.pdf(s, shift), norm.pdf(s)
    ratio = mated / others
    local = np.where(ratio > 1, 2 * ratio / (1 + ratio) - 1, 0.0)
    value, low, high = unlinkability(*table(shift))
    wanted = np.trapezoid(local * mated, s)
    assert value == pytest.approx(wanted, abs=0.04)
    assert low <= wanted <= high


def test_of_no_difference_little_is_left_and_it_is_on_the_safe_side() -> None:
    scores, same, used, truth = table(0.0)
    chance = chance_linkability(scores, truth, None, used)
    value, low, _ = unlinkability(scores, same, used, truth, chance=chance)
    assert low == 0
    assert value == pytest.approx(chance, abs=0.02)
    assert value < 0.1
    scores, *others = table(1.0)
    assert unlinkability(np.zeros_like(scores), *others)[0] == 0.0


def test_one_enormous_score_hides_nothing() -> None:
    """Bins of equal width would hold everything else in one."""
    scores, same, used, truth = table(5.0)
    before = unlinkability(scores, same, used, truth)[0]
    scores[0, 1] = 1e12
    scores[0, -1] = -1e12
    assert unlinkability(scores, same, used, truth)[0] == pytest.approx(before, abs=0.01)
    assert before > 0.9


def test_scores_that_link_in_two_ways_are_seen() -> None:
    """Pairs of one person have very high or very low scores: AUC is 0.5, D_sys is not 0."""
    scores, same, used, truth = table(0.0)
    scores = np.where(same, np.sign(scores) * 9, scores)
    assert unlinkability(scores, same, used, truth)[0] > 0.9


def test_scores_of_few_values_are_bins_of_their_own() -> None:
    """Votes: 0 for all pairs of two people, 1 for those of one."""
    _, same, used, truth = table(0.0)
    assert unlinkability(same.astype(float), same, used, truth)[0] == 1.0
    with pytest.raises(ValueError, match="finite"):
        d_sys([0.0, np.nan], [1.0])
