"""The worst case beside another: which of two defenses truly leaks less."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from scipy.stats import norm

from unmask.evaluate.comparison.certificates import Proof
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.ordering import differences
from unmask.evaluate.results.ranks import ranks
from unmask.evaluate.results.records import Record
from unmask.evaluate.statistics import holm, paired_difference, worst_case, worst_gap, worst_gaps

Floats = NDArray[np.float64]
PEOPLE, PHOTOS = 20, 4
WHO = np.repeat(np.arange(PEOPLE), PHOTOS)


def credits(rng: Generator, rates: Floats) -> Floats:
    """Return `(defenses, attacks, photos)` of these true rates, people hard and easy."""
    person = rng.normal(size=(PEOPLE, 1)), rng.normal(size=(len(rates), 1, PEOPLE, 1))
    photo = rng.normal(size=(*rates.shape, PEOPLE, PHOTOS))
    latent = np.sqrt([0.25, 0.15, 0.6])
    seen = latent[0] * person[0] + latent[1] * person[1] + latent[2] * photo
    right: Floats = (seen < norm.ppf(rates)[..., None, None]).astype(np.float64)
    return right.reshape(*rates.shape, -1)


def runs(rates: Floats, count: int, seed: int = 0) -> Iterator[list[dict[int, Floats]]]:
    rng = default_rng(seed)
    for _ in range(count):
        yield [dict(enumerate(defense)) for defense in credits(rng, rates)]


def sure(defenses: list[dict[int, Floats]]) -> list[bool]:
    """Say of each pair of defenses whether one truly leaks less."""
    return [gap.p <= 0.05 for gap in worst_gaps(defenses, WHO, resamples=300)]


EQUAL = np.full((8, 6), 0.2)
LONELY = np.vstack([EQUAL[:4], np.hstack([EQUAL[4:, :1], np.full((4, 5), 0.06)])])


@pytest.mark.parametrize("rates", [EQUAL, LONELY], ids=["equal", "one attacker stands out"])
def test_equal_defenses_are_hardly_ever_ordered(rates: Floats) -> None:
    """Each pair by itself, with the best attacks fixed, was wrong in every second run."""
    wrong = [any(sure(defenses)) for defenses in runs(rates, 300)]
    assert np.mean(wrong) <= 0.05

    def ordered(a: dict[int, Floats], b: dict[int, Floats]) -> bool:
        best = [max(side.values(), key=np.mean) for side in (a, b)]
        gap = paired_difference(*best, WHO, resamples=300)
        return gap.low > 0 or gap.high < 0

    before = [any(ordered(a, b) for a, b in combinations(defenses, 2))
              for defenses in runs(rates, 20)]  # fmt: skip
    assert np.mean(before) > 0.25


def test_a_plain_difference_is_still_found() -> None:
    rates = EQUAL.copy()
    rates[0] = 0.65
    found = [sure(defenses)[: len(rates) - 1] for defenses in runs(rates, 20)]
    assert np.mean(found) > 0.95


def test_a_gap_by_hand() -> None:
    one = {"a": np.ones(80), "b": np.zeros(80)}
    gap = worst_gap(one, {"c": np.zeros(80)}, WHO)
    assert gap.estimate[:3] == pytest.approx((1, 1 - 2 * (1 - 0.025 ** (1 / 20)), 1))
    assert gap.p == 2.0**-19  # twenty people agree
    same = worst_gap(one, one, WHO)
    assert same.estimate.value == 0
    assert same.estimate.low < 0 < same.estimate.high
    assert same.p == 1


def test_a_gap_turned_round_is_its_mirror_and_comes_again() -> None:
    a, b = next(runs(np.array([[0.6] * 3, [0.3] * 3]), 1))
    gap, back = worst_gap(a, b, WHO), worst_gap(b, a, WHO)
    assert gap == worst_gap(a, b, WHO)
    low, high = -back.estimate.high, -back.estimate.low
    assert gap.estimate[:3] == pytest.approx((-back.estimate.value, low, high))
    assert gap.p == pytest.approx(back.p)
    value = worst_case(a, WHO).estimate.value - worst_case(b, WHO).estimate.value
    assert gap.estimate.value == pytest.approx(value)


def test_two_or_three_people_are_never_sure() -> None:
    for people in (1, 2, 3):
        gap = worst_gap({"a": np.ones(people)}, {"a": np.zeros(people)}, np.arange(people))
        assert gap.p > 0.05


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.5]) == [1.0, 1.0]
    assert holm([]) == []


# records and ranks


def measured(name: str, rates: list[float]) -> Measured:
    rng = default_rng(len(name))
    attacks = tuple(
        Attack(f"a{i}", f"a{i}", "", i > 0, {"rank1": (rng.random(80) < rate).astype(float)})
        for i, rate in enumerate(rates)
    )
    return Measured(name, {}, WHO, ("defended",) * 80, attacks, ())


def records(entries: list[Measured], **status: str) -> list[Record]:
    worst = [
        Record("d", "s", "quick", entry.defense, {}, "leakage", "worst", "rank1", value=0.5,
               low=0.4, high=0.6, status=status.get(entry.defense, "ok"))  # type: ignore[arg-type]
        for entry in entries
    ]  # fmt: skip
    return [*worst, *differences(entries, Proof({}, 1.0, {}, ()), worst)]


def test_ranks_follow_the_adjusted_chance() -> None:
    entries = [measured(*given) for given in
               (("weak", [0.2, 0.9]), ("some", [0.1, 0.3]), ("strong", [0.1, 0.3]))]  # fmt: skip
    found = records(entries)
    between = {(r.defense, r.name): r for r in found if r.kind == "difference"}
    assert ranks(found) == {"weak": 3, "some": 1, "strong": 1}
    weak = between["weak", "some"]
    assert weak.p is not None
    assert weak.p <= 0.05
    assert weak.low is not None
    assert 0 < weak.low < (weak.value or 0)
    assert weak.reason == "a1 minus a1"
    assert between["weak", "naive"].p is None
    assert (between["some", "strong"].p or 0) > 0.05
    assert [r.line() for r in records(entries)] == [r.line() for r in found]


def test_a_least_leakage_orders_nothing() -> None:
    """A row that may leak more stands neither before nor behind another."""
    entries = [measured(*given) for given in (("weak", [0.2, 0.9]), ("some", [0.1, 0.3]))]
    found = records(entries, some="at least")
    between = [r for r in found if r.kind == "difference"]
    assert [(r.defense, r.name, r.status) for r in between] == [
        ("weak", "naive", "ok"), ("some", "naive", "at least"), ("weak", "some", "at least"),
    ]  # fmt: skip
    assert ranks(found) == {"weak": 1}
