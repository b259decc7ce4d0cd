"""AUC of listed pairs: against scikit-learn, by hand, and with few people."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from unmask.evaluate.statistics import Pairs, auc_difference, cells, pair_auc


def drawn(people: int, photos: int, apart: float, seed: int = 0) -> Pairs:
    rng = np.random.default_rng(seed)
    rows = [(who, (who + step) % people, step == 0) for who in range(people)
            for _ in range(photos) for step in range(3)]  # fmt: skip
    same = np.array([row[2] for row in rows])
    scores = np.round(rng.normal(apart * same), 1)  # some ties
    return Pairs(scores, same, np.array([row[:2] for row in rows]))


def test_it_is_the_auc() -> None:
    pairs = drawn(20, 3, 1.0)
    found = pair_auc(pairs)
    assert found.value == pytest.approx(roc_auc_score(pairs.same, pairs.scores))
    assert found.low < found.value < found.high
    assert found.n == 180


def test_one_resample_by_hand() -> None:
    """Drawn twice, once, never: pairs weigh 2 or 4, not as many as they are."""
    from unmask.evaluate.statistics.pair_auc import _resampled, bootstrap_weights

    pairs = drawn(3, 2, 0.5)
    weights = bootstrap_weights(pairs.people.ravel())
    for row in (0, 5, 17):
        own = weights[row][pairs.people]
        each = np.where(pairs.people[:, 0] == pairs.people[:, 1], own[:, 0], own.prod(1))
        kinds = each[pairs.same].sum(), each[~pairs.same].sum()
        if min(kinds) == 0:
            assert np.isnan(_resampled(pairs)[row])
            continue
        told = roc_auc_score(pairs.same, pairs.scores, sample_weight=each)
        assert _resampled(pairs)[row] == pytest.approx(told)


def test_a_perfect_auc_of_few_people_is_not_sure() -> None:
    pairs = drawn(4, 2, 0.0)
    perfect = Pairs(pairs.same.astype(float), pairs.same, pairs.people)
    found = pair_auc(perfect)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low < 0.5
    wide = pair_auc(Pairs(perfect.scores[:6], perfect.same[:6], perfect.people[:6] % 2))
    assert wide.low < 0.3


def test_a_difference_is_paired() -> None:
    far, near = drawn(15, 3, 2.0), drawn(15, 3, 0.0)
    gap = auc_difference(far, near)
    assert gap.value == pytest.approx(pair_auc(far).value - pair_auc(near).value)
    assert gap.low > 0
    none = auc_difference(far, far)
    assert (none.value, none.low <= 0 <= none.high) == (0.0, True)
    with pytest.raises(ValueError, match="on the same people"):
        auc_difference(far, drawn(14, 3, 0.0))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = drawn(10, 3, 0.7)
    whole = pair_auc(pairs)
    monkeypatch.setattr(cells, "CELLS", 1000)
    assert pair_auc(pairs) == whole


@pytest.mark.parametrize(
    ("same", "people", "message"),
    [([True, True], [[0, 0], [1, 1]], "pairs of both kinds"), ([True], [[0, 0]], "must be")],
)
def test_bad_pairs(same: list[bool], people: list[list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pairs(np.zeros(2), np.array(same), np.array(people))
