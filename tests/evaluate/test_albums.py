"""Albums, line-ups and an open set: by hand, against other code, and what would hide a leak."""

import sys
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from unmask.evaluate.statistics import (
    UnresolvedError,
    album_answers,
    album_credits,
    lineup_credits,
    lineup_sizes,
    mean_of,
    open_credits,
    rank_credit,
)
from unmask.evaluate.statistics.albums import MOST, standardized

RNG = np.random.default_rng(0)
WHO = np.repeat(np.arange(6), 5)


def scores(people: np.ndarray, signal: float, columns: int = 6, seed: int = 0) -> np.ndarray:
    """Noise, with the true person `signal` higher."""
    table = np.random.default_rng(seed).normal(size=(len(people), columns))
    table[np.arange(len(people)), people] += signal
    return table


def test_an_album_is_every_subset() -> None:
    table = scores(WHO, 1.0)
    for size in (2, 4):
        found = album_credits(table, WHO, size)["sum"]
        for person in range(6):
            sums = [
                table[list(s)].sum(0) for s in combinations(np.flatnonzero(person == WHO), size)
            ]
            wanted = np.mean([s.argmax() == person for s in sums])
            assert found[person == WHO] == pytest.approx(wanted)


def test_more_photos_name_more() -> None:
    table = scores(np.repeat(np.arange(20), 5), 1.0, 20)
    found = album_answers(table[None], np.repeat(np.arange(20), 5))
    rates = [np.mean(found[f"rank1@{size}"]["sum"]) for size in (2, 4, "all")]
    assert rank_credit(table, np.repeat(np.arange(20), 5)).mean() < rates[0] < rates[1] <= rates[2]


def test_ties_are_chance_for_every_size() -> None:
    for table in (np.zeros((30, 6)), np.tile(RNG.normal(size=(30, 1)) * 1e9, (1, 6))):
        for ways in album_answers(table[None], WHO).values():
            for credit in ways.values():
                assert credit == pytest.approx(1 / 6, abs=1e-12)


def test_an_album_of_one_with_most_photos_never_names_less_than_a_smaller_one() -> None:
    """Ways are chosen by the mean over people, of which the figure is made."""
    people = np.repeat(np.arange(4), [60, 5, 5, 5])
    table = scores(people, 1.0, 4, seed=56)
    table *= np.exp(np.random.default_rng(1).normal(size=(len(people), 1)) * 2)
    rates = [
        max(mean_of(credit, people) for credit in ways.values())
        for ways in album_answers(table[None], people).values()
    ]
    assert rates == sorted(rates)


@pytest.mark.parametrize("scale", [1e6, 1e200])
def test_one_loud_photo_hides_no_album(scale: float) -> None:
    """The first photo of everybody is noise that outshouts the four good ones."""
    table = scores(WHO, 3.0)
    table[::5] = RNG.normal(size=(6, 6)) * scale
    found = album_answers(table[None], WHO)["rank1@all"]
    assert found["sum"].mean() < 0.7
    assert found["standardized"].mean() == 1.0


def test_an_album_names_no_less_than_its_photos() -> None:
    """Three attacks that are wrong together, though each photo alone is often right."""
    for seed in range(20):
        people = np.repeat(np.arange(6), [5, 1, 3, 5, 4, 2])
        table = scores(people, 0.8, seed=seed) * np.exp(
            np.random.default_rng(seed).normal(size=(len(people), 1)) * 3
        )
        found = album_answers(table[None], people)
        least = {
            person: rank_credit(table, people)[people == person].mean() for person in range(6)
        }
        single = np.array([least[person] for person in people])
        best = {name: np.array(list(ways.values())) for name, ways in found.items()}
        for name in ("rank1@2", "rank1@4"):
            known = np.isfinite(best[name][0])
            assert best[name][:, known].mean(1).max() >= single[known].mean() - 1e-12
            assert best["rank1@all"][:, known].shape == best[name][:, known].shape
        assert best["rank1@all"].mean(1).max() >= single.mean() - 1e-12


def test_who_has_too_few_photos_has_no_album_but_the_whole_one() -> None:
    people = np.array([0, 0, 0, 0, 1, 1, 2])
    found = album_answers(scores(people, 9.0, 3)[None], people)
    assert np.isfinite(found["rank1@4"]["sum"]).tolist() == [True] * 4 + [False] * 3
    assert np.isfinite(found["rank1@2"]["standardized"]).tolist() == [True] * 6 + [False]
    assert found["rank1@all"]["sum"].tolist() == [1.0] * 7
    alone = np.array([0, 1, 2])
    assert np.isnan(album_answers(scores(alone, 9.0, 3)[None], alone)["rank1@2"]["sum"]).all()


def test_many_photos_are_drawn_by_lot_and_all_count() -> None:
    people = np.repeat([0, 1], [60, 3])
    table = scores(people, 0.5, 2)
    first = album_credits(table, people, 4)["sum"]
    assert (first == album_credits(table, people, 4)["sum"])[np.isfinite(first)].all()
    spread = [album_credits(table, people, 4, seed=s)["sum"][0] for s in range(5)]
    assert np.ptp(spread) < 3 / np.sqrt(MOST)


def test_photos_of_an_album_come_from_one_release() -> None:
    """Two releases: all is named in one and nothing in the other; never mixed, half is left."""
    good, bad = scores(WHO, 9.0), scores(WHO, -9.0)
    found = album_answers(np.stack([good, bad]), WHO)["rank1@all"]
    assert found["sum"].mean() == pytest.approx(0.5)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_that_are_no_numbers_are_refused(value: float) -> None:
    table = scores(WHO, 1.0)
    table[3, 3] = value
    for ask in (album_credits, lambda t, w: lineup_credits(t, w, 2),
                lambda t, w: open_credits(t, w, 0.5)):  # fmt: skip
        with pytest.raises(ValueError, match="must be finite"):
            ask(table, WHO)


def test_standardized_rows_have_one_spread() -> None:
    found = standardized(np.array([[1.0, 2, 3], [5, 5, 5], [1e300, 0, -1e300], [0, 0, 0]]))
    assert found[0] == pytest.approx(found[2][::-1])
    assert not found[[1, 3]].any()


def test_a_line_up_is_the_mean_over_all_of_them() -> None:
    table = RNG.integers(0, 4, (30, 6)).astype(float)  # many ties
    for size in range(1, 7):
        exact = lineup_credits(table, WHO, size)
        for row, person, credit in zip(table, WHO, exact, strict=True):
            others = [c for c in range(6) if c != person]
            each = []
            for some in combinations(others, size - 1):
                line = row[[person, *some]]
                each.append((line.max() == line[0]) / (line == line[0]).sum())
            assert credit == pytest.approx(np.mean(each), abs=1e-12)
    assert lineup_credits(table, WHO, 6) == pytest.approx(rank_credit(table, WHO))
    assert lineup_credits(np.zeros((30, 6)), WHO, 4) == pytest.approx(0.25)


def test_line_ups_of_many_people() -> None:
    assert lineup_sizes(20) == (2, 5, 10)
    assert lineup_sizes(201)[-2:] == (100, 200)
    people = np.arange(3000)
    for size in (2, 100, 2999):
        found = lineup_credits(np.zeros((5, 3000)), people[:5], size)
        assert found == pytest.approx(1 / size, rel=1e-9)
    with pytest.raises(ValueError, match="a line-up has 1 to 6 people"):
        lineup_credits(np.zeros((30, 6)), WHO, 7)


def test_line_ups_are_the_linkability_of_others() -> None:
    """`voice-anonymization-legal-eval` gives ties to the attacker; without ties it is the same."""
    theirs = pytest.importorskip(
        "legal_eval.metrics.linkability", reason="needs voice-anonymization-legal-eval"
    )
    people = np.arange(40) % 20
    table = scores(people, 1.5, 20)
    names = [str(p) for p in range(20)]
    matrix = SimpleNamespace(
        scores=table.T, test_speakers=[str(p) for p in people],
        enroll_index={name: i for i, name in enumerate(names)},
    )  # fmt: skip
    for size in (2, 5, 10, 20):
        (wanted,) = theirs.linkability(matrix, size, estimator="exact")
        assert lineup_credits(table, people, size).mean() == pytest.approx(wanted, abs=1e-12)
    naive = theirs.linkability_naive(matrix, 5, n_runs=400)
    assert lineup_credits(table, people, 5).mean() == pytest.approx(np.mean(naive), abs=0.01)
    assert rank_credit(table, people).mean() == pytest.approx(wanted)
    assert "legal_eval" in sys.modules


def test_an_open_set_by_hand() -> None:
    """20 searches, FPIR 0.5: strangers reach 0 to 19, the threshold of ten of them is 9."""
    people = np.arange(20)
    table = np.zeros((20, 20))
    table[:, 0] = np.arange(20)
    for own, wanted in ((9.5, 1.0), (9.0, 0.0), (8.5, 0.0)):
        table[people, people] = own
        assert set(open_credits(table, people, 0.5)["raw"]) == {wanted}


def test_everything_is_found_where_scores_tell() -> None:
    people = np.repeat(np.arange(20), 5)
    for rate in (0.1,):
        for found in open_credits(scores(people, 30.0, 20), people, rate).values():
            assert found.mean() == 1.0


def test_huge_scores_for_everybody_hide_nobody() -> None:
    """An eighth of the photos has enormous scores for all: a threshold that hides the rest."""
    people = np.repeat(np.arange(20), 5)
    table = scores(people, 12.0, 20)
    table[::8] += 1e6
    found = open_credits(table, people, 0.1)
    assert found["raw"].mean() < 0.2
    assert found["standardized"].mean() > 0.95
    table[::8] *= 1e250
    assert open_credits(table, people, 0.1)["standardized"].mean() > 0.95


def test_ties_at_the_threshold_keep_the_rate() -> None:
    people = np.repeat(np.arange(20), 5)
    for found in open_credits(np.zeros((100, 20)), people, 0.1).values():
        assert found == pytest.approx(0.1)
    votes = np.zeros((100, 20))
    votes[np.arange(100), people] = 1.0  # only the true one has a vote; of strangers nobody
    for found in open_credits(votes, people, 0.1).values():
        assert found.mean() == 1.0


def test_a_rate_that_the_photos_cannot_tell_is_refused() -> None:
    with pytest.raises(UnresolvedError, match=r"FPIR 0\.01 needs at least 1000 searches"):
        open_credits(scores(WHO, 1.0), WHO, 0.01)
    with pytest.raises(UnresolvedError, match="at least 3 known people"):
        open_credits(np.zeros((100, 2)), np.arange(100) % 2, 0.1)
