"""Our figures beside `voice-anonymization-legal-eval`, where both say the same.

Theirs: N. Vauquier, B. M. L. Srivastava, S. A. Hosseini, E. Vincent: Legally Validated Evaluation
Framework for Voice Anonymization. Interspeech 2025. Their linkability is our rank-1 in a line-up
(`test_albums.py` goes through the sizes); of pairs they have the EER of the ROC's convex hull.
Their singling out we do not measure: docs/statistics.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from unmask.evaluate.statistics import lineup_credits, rank_credit, roc

theirs = pytest.importorskip(
    "legal_eval", reason="pip install voice-anonymization-legal-eval (MIT; needs NumPy and SciPy)"
)


def matrix(table: np.ndarray, people: np.ndarray) -> object:
    """Return a score table as theirs: people are rows, photos are columns."""
    from legal_eval.io import ScoreMatrix

    return ScoreMatrix(
        table.T, [str(p) for p in range(table.shape[1])], [str(p) for p in people], {}
    )


def test_leakage_is_their_linkability_among_all() -> None:
    rng, people = default_rng(0), np.repeat(np.arange(12), [1, 9, *[3] * 10])
    table = rng.normal(size=(40, 12)) + 1.5 * (people[:, None] == np.arange(12))
    given = matrix(table, people)
    assert theirs.linkability(given, 12, estimator="exact")[0] == pytest.approx(
        rank_credit(table, people).mean()
    )
    drawn = theirs.linkability(given, 5, n_runs=300)
    assert lineup_credits(table, people, 5).mean() == pytest.approx(np.mean(drawn), abs=0.01)


def test_ties_are_theirs_to_the_attacker_and_ours_by_lot() -> None:
    people = np.arange(8)
    flat = np.zeros((8, 8))
    assert theirs.linkability(matrix(flat, people), 8, estimator="exact") == [1.0]
    assert rank_credit(flat, people).mean() == pytest.approx(1 / 8)


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0, 3.0])
def test_our_eer_is_theirs_but_for_the_hull(shift: float) -> None:
    """The hull is never above the curve; with many pairs they are the same."""
    rng = default_rng(0)
    genuine, impostor = rng.normal(shift, size=3_000), rng.normal(size=20_000)
    hull = theirs.rocch_eer(genuine, impostor)
    assert hull - 1e-9 <= roc(genuine, impostor).eer <= hull + 0.02
