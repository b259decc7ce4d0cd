"""Figures about pairs, made some rows at a time: the same ones as from the whole table."""

from dataclasses import astuple

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score, roc_curve

from unmask.evaluate.attackers.base import impostor_scores
from unmask.evaluate.attackers.grids import Greys, squared_distances
from unmask.evaluate.statistics import (
    Verification,
    album_credits,
    blocks,
    d_sys,
    roc,
    verification_figures,
)

RNG = np.random.default_rng(0)


def test_blocks_hold_every_row_once() -> None:
    assert [*blocks(7, 10, 30)] == [slice(0, 3), slice(3, 6), slice(6, 7)]
    assert [*blocks(2, 10, 5)] == [slice(0, 1), slice(1, 2)]
    assert [*blocks(0, 10, 5)] == []
    assert [*blocks(3, 0, 5)] == [slice(0, 3)]


@pytest.mark.parametrize("cells", [1, 37, 1 << 20])
@pytest.mark.parametrize("gallery", [True, False])
def test_figures_do_not_depend_on_blocks(
    cells: int, gallery: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = np.repeat(np.arange(9), 3)
    columns = np.repeat(np.arange(9), 2) if gallery else truth
    scores = np.random.default_rng(1).normal(size=(27, len(columns))).round(1)
    pairs = Verification(scores, columns if gallery else None, RNG.normal(size=2000), "made up")
    whole = [astuple(one) for one in verification_figures(pairs, truth)]
    album = album_credits(scores, truth % scores.shape[1], 2)
    monkeypatch.setattr("unmask.evaluate.statistics.cells.CELLS", cells)
    assert [astuple(one) for one in verification_figures(pairs, truth)] == whole
    again = album_credits(scores, truth % scores.shape[1], 2)
    assert all(np.array_equal(album[way], again[way], equal_nan=True) for way in album)


@pytest.mark.parametrize("digits", [0, 1, 9])
def test_rates_are_those_of_the_whole_curve(digits: int) -> None:
    """AUC and EER without a list of all scores, against scikit-learn's curve."""
    for shift in (0.0, 1.0, 9.0, -3.0):
        same = RNG.normal(shift, size=40).round(digits)
        other = RNG.normal(size=500).round(digits)
        truth, both = np.repeat([1, 0], [40, 500]), np.concatenate([same, other])
        auc, eer = roc(same, other)
        assert auc == pytest.approx(roc_auc_score(truth, both), abs=1e-12)
        let_in, found, _ = roc_curve(truth, both, drop_intermediate=False)
        gap = let_in - (1 - found)
        after = int(np.argmax(gap >= 0))
        share = -gap[after - 1] / (gap[after] - gap[after - 1])
        wanted = let_in[after - 1] + share * (let_in[after] - let_in[after - 1])
        assert eer == pytest.approx(wanted, abs=1e-12)


def test_levels_that_only_strangers_have_are_one() -> None:
    """The hull of D_sys is that of every single level, which isotonic regression pools."""
    from scipy.optimize import isotonic_regression

    from unmask.evaluate.statistics.unlinkability import _counts, _hull, linkability

    for digits in (1, 9):
        mated = np.sort(RNG.normal(0.7, size=60).round(digits))
        others = np.sort(RNG.normal(size=900).round(digits))
        levels = np.unique(np.concatenate([mated, others]))
        m, n = (_counts(some, levels) / len(some) for some in (mated, others))
        pools = isotonic_regression(m / (m + n), weights=m + n).blocks[:-1]
        wanted = linkability(np.add.reduceat(m, pools), np.add.reduceat(n, pools))
        assert _hull(mated, others) == pytest.approx(float(wanted), abs=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_no_score_that_is_no_number_gets_through(bad: float) -> None:
    for lists in (([0.0, bad], [1.0, 2.0]), ([0.0, 1.0], [bad, 2.0, 3.0])):
        with pytest.raises(ValueError, match="finite"):
            d_sys(*lists)
    truth = np.repeat(np.arange(4), 2)
    for place in ((0, 1), (0, 5)):  # of one person, of two
        scores = RNG.normal(size=(8, 8))
        scores[place] = bad
        with pytest.raises(ValueError, match="finite"):
            verification_figures(Verification(scores, truth, RNG.normal(size=99), ""), truth)


def test_distances_of_pictures_are_exact() -> None:
    a, b = (RNG.integers(0, 256, (count, 5000), np.uint8) for count in (7, 9))
    a[3] = b[4]
    a[0], b[0] = 0, 255
    found = squared_distances(Greys(a), Greys(b))
    wanted = cdist(a.astype(np.int64), b.astype(np.int64), "sqeuclidean")
    assert np.array_equal(np.rint(found * 255**2), wanted)
    assert found[3, 4] == 0
    assert found[0, 0] == 5000


def test_greys_are_what_floats_were() -> None:
    levels = RNG.integers(0, 256, (6, 9000), np.uint8)
    plain, greys = levels / np.float32(255), Greys(levels)
    assert np.array_equal(greys[:, 10:5000], plain[:, 10:5000])
    assert greys[2].dtype == np.float32
    assert np.array_equal(greys.mean(0, np.float64), plain.mean(0, dtype=np.float64))
    assert np.array_equal(greys - plain.mean(0), plain - plain.mean(0))
    assert len(greys) == 6


def test_strangers_come_in_the_order_of_pairs() -> None:
    people = np.array([0, 0, 1, 2, 1])
    table = RNG.normal(size=(5, 5)).astype(np.float32)
    first, second = np.triu_indices(5, 1)
    different = people[first] != people[second]
    wanted = table[first[different], second[different]]
    assert np.array_equal(impostor_scores(table, people), wanted)
    assert impostor_scores(table[:0, :0], people[:0]).size == 0
