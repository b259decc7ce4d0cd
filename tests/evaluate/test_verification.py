"""Pair figures against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from unmask.evaluate.statistics import Verification, verification_figures


def made(gallery: bool, shift: float = 1.0) -> tuple[Verification, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(12), 4)
    columns = np.repeat(np.arange(12), 3) if gallery else truth
    scores = rng.normal(size=(len(truth), len(columns)))
    scores += shift * (truth[:, None] == columns[None])
    if not gallery:
        scores = (scores + scores.T) / 2
    return (
        Verification(scores, columns if gallery else None, rng.normal(size=20_000), "made up"),
        truth,
    )


@pytest.mark.parametrize("gallery", [True, False])
def test_auc_agrees_and_lies_in_its_interval(gallery: bool) -> None:
    pairs, truth = made(gallery)
    columns = pairs.people if pairs.people is not None else truth
    same = truth[:, None] == columns[None]
    used = np.ones_like(same) if gallery else np.triu(np.ones_like(same), 1)
    figures = {f.statistic: f for f in verification_figures(pairs, truth)}
    auc = figures["auc"]
    assert auc.value == pytest.approx(roc_auc_score(same[used], pairs.scores[used]), abs=1e-9)
    assert auc.low is not None
    assert auc.high is not None
    assert auc.value is not None
    assert auc.low < auc.value < auc.high
    assert auc.high - auc.low < 0.2
    eer = figures["eer"]
    assert eer.low is not None
    assert eer.high is not None
    assert eer.value is not None
    assert eer.low <= eer.value <= eer.high


def test_tar_uses_the_background_threshold() -> None:
    pairs, truth = made(True, shift=2.0)
    figures = {f.statistic: f for f in verification_figures(pairs, truth)}
    threshold = np.sort(pairs.impostors)[-201]
    assert pairs.people is not None
    genuine = pairs.scores[truth[:, None] == pairs.people[None]]
    assert figures["tar@far=1e-2"].value == pytest.approx((genuine > threshold).mean(), abs=5e-3)
    assert "20000 made up" in figures["tar@far=1e-2"].reason


def test_a_far_that_pairs_cannot_resolve_is_refused() -> None:
    pairs, truth = made(True)
    few = Verification(pairs.scores, pairs.people, pairs.impostors[:2000], "made up")
    figures = {f.statistic: f for f in verification_figures(few, truth)}
    assert figures["tar@far=1e-2"].value is not None
    assert figures["tar@far=1e-3"].value is None
