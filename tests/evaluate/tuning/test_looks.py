"""Looks at the test people: each is counted, and a second one costs wider intervals."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest

from unmask.evaluate.comparison.measured import Attack, Measured, Utility
from unmask.evaluate.comparison.run import Comparison
from unmask.evaluate.results.records import Record, broke
from unmask.evaluate.statistics import Estimate, clustered_interval, worst_case
from unmask.evaluate.tuning.check import Check, _tested, checked
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.looks import for_two_looks
from unmask.evaluate.tuning.points import Point
from unmask.evaluate.tuning.result import About, Tuned
from unmask.evaluate.tuning.trials import count_opening, openings

PEOPLE = np.arange(20).repeat(4)


def attack(name: str, credits: np.ndarray) -> Attack:
    return Attack(name, name, credits={"rank1": credits})


def measured(*attacks: Attack, utilities: tuple[Utility, ...] = ()) -> Measured:
    return Measured("mask", {}, PEOPLE, ("defended",) * 80, attacks, utilities)


def point(leakage: Estimate, number: int = 0, use: float = 0.5) -> Point:
    figures = {"ssim": Estimate(use, use - 0.1, use + 0.1, 80)}
    return Point(f"mask:margin={number}", leakage, "naive", figures, {}, number)


def test_nobody_named_is_the_exact_end() -> None:
    nobody = np.zeros(80)
    one = clustered_interval(nobody, PEOPLE)
    two = for_two_looks(point(one), measured(attack("naive", nobody)), [("naive", "")]).leakage
    assert one.high == pytest.approx(1 - 0.025 ** (1 / 20))
    assert two.high == pytest.approx(1 - 0.0125 ** (1 / 20))
    assert two.value == one.value == 0


def test_both_ends_move_out_and_only_what_counts_is_asked() -> None:
    rng = np.random.default_rng(0)
    a, b, cheat = (rng.random(80) < share for share in (0.3, 0.35, 0.9))
    one = worst_case({("a", ""): a, ("b", ""): b}, PEOPLE).estimate
    found = measured(attack("a", a), attack("b", b), attack("cheat", cheat))
    two = for_two_looks(point(one), found, [("a", ""), ("b", "")]).leakage
    assert two.low < one.low < one.value < one.high < two.high < one.high + 0.1
    wide = worst_case({("a", ""): a, ("b", ""): b}, PEOPLE, tail=0.0125).estimate
    assert (two.low, two.high) == pytest.approx((wide.low, wide.high))


def test_what_else_widened_an_end_stays() -> None:
    bound = Estimate(0.0, 0.0, 1.0, 80)
    found = for_two_looks(point(bound), measured(attack("naive", np.zeros(80))), [("naive", "")])
    assert found.leakage.high == 1.0


def test_utilities_are_widened_too() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(80)
    values[:3] = np.nan
    known = np.isfinite(values)
    figure = clustered_interval(values[known], PEOPLE[known], bounds=None)
    whole = Estimate(9.0, 8.0, 10.0, 80)
    before = replace(point(figure), utilities={"ssim": figure, "fid": whole})
    kinds = (Utility("ssim", values), Utility("fid", np.zeros(0), overall=(9.0, 8.0, 10.0)))
    after = for_two_looks(before, measured(utilities=kinds), []).utilities
    assert after["ssim"].low < figure.low < figure.high < after["ssim"].high
    assert after["fid"].low == pytest.approx(9 - 2.2414 / 1.96, abs=1e-3)


class Seen(Check):
    """Test people who are not there: what they say is given."""

    def __init__(self, *answers: Point, wider: float = 0.0) -> None:
        self.answers, self.wider, self.asked = list(answers), wider, 0

    def __call__(self, wanted: Sequence[Point], name: str) -> list[Point]:
        self.asked += 1
        return [self.answers.pop(0)]

    def twice(self, seen: Sequence[Point]) -> list[Point]:
        return [
            replace(p, leakage=p.leakage._replace(high=p.leakage.high + self.wider)) for p in seen
        ]


FIRST = point(Estimate(0.1, 0.0, 0.18, 80), 1, use=0.6)
SECOND = point(Estimate(0.05, 0.0, 0.1, 80), 2, use=0.4)


def found() -> Tuned:
    about = About("mask", {}, "orl", 5, 7, 8, "search", "tpe")
    return Tuned(Goal(max_leakage=0.2), about, (FIRST, SECOND), (SECOND, FIRST))


def leaks(like: Point, high: float) -> Point:
    return replace(like, leakage=Estimate(0.1, 0.0, high, 80))


def test_a_limit_that_holds_at_the_first_look_asks_no_second() -> None:
    on_test = Seen(leaks(FIRST, 0.19), wider=0.05)
    assert checked(found(), on_test).holds
    assert on_test.asked == 1


@pytest.mark.parametrize(("wider", "holds"), [(0.0, True), (0.02, False)])
def test_two_looks_are_allowed_for(wider: float, holds: bool) -> None:
    on_test = Seen(leaks(FIRST, 0.3), leaks(SECOND, 0.19), wider=wider)
    done = checked(found(), on_test)
    assert on_test.asked == 2
    assert done.holds is holds
    assert [p.leakage.high for p in done.checked] == pytest.approx([0.3 + wider, 0.19 + wider])


def test_a_lower_bound_holds_nothing_and_opens_nobody_again() -> None:
    for goal in (Goal(max_leakage=0.2), Goal(min_utility=0.2)):
        on_test = Seen(replace(leaks(FIRST, 0.1), reason="no attacker saw the planted turn"))
        done = checked(replace(found(), goal=goal), on_test)
        assert on_test.asked == 1
        assert done.holds is False
        assert done.first is None


def test_a_measurement_that_broke_stays_as_it_is(tmp_path: Path) -> None:
    on_test = Check(lambda: None, None, Goal(), tmp_path, opening=lambda people: None, workers=1,
                    progress=None)  # type: ignore[arg-type, return-value]  # fmt: skip
    broken = replace(measured(), status="invalid", reason=broke("defense", ValueError("x")))
    run = Comparison((), None, tmp_path, {FIRST.defense: broken})
    on_test._runs = {FIRST.defense: run}
    assert on_test.twice([FIRST]) == [FIRST]


def test_the_reason_of_a_row_that_claims_less_is_told() -> None:
    base = Record("orl", "x", "quick", "mask", {}, "leakage", "worst", "rank1", value=0.1,
                  low=0.0, high=0.15, n=80)  # fmt: skip
    bound = replace(base, status="at least", reason="one thing | another")
    ok, less, none = (
        _tested([worst], replace(FIRST, defense="mask"), Goal(), alone=False)
        for worst in (base, bound, replace(base, status="invalid", value=None, reason="nobody"))
    )
    assert (ok.reason, ok.leakage.high) == ("", 0.15)
    assert (less.reason, less.leakage.high) == ("one thing; another", 1.0)
    assert (none.reason, none.leakage.high) == ("nobody", 1.0)


def test_all_studies_in_a_storage_are_counted(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'studies.db'}"
    one, two = (optuna.create_study(storage=storage, study_name=name) for name in ("one", "two"))
    assert openings(one, "these people") == 0
    count_opening(one, "these people")
    count_opening(two, "these people")
    count_opening(two, "these people")
    count_opening(two, "others")
    assert openings(one, "these people") == openings(two, "these people") == 3
    assert openings(one, "others") == 1
    one._storage.remove_session()
    two._storage.remove_session()


def test_a_model_alone_shows_nothing_by_luck_or_beside_one_that_broke() -> None:
    """Asked for names, it must name more undefended photos than guesses among 20 people do."""
    worst = Record("orl", "x", "quick", "mask", {}, "leakage", "worst", "rank1", n=80, people=20,
                   status="invalid", reason="nobody knows the defense", ceiling=0.8)  # fmt: skip
    named = replace(worst, name="named", recognizer="a", value=0.05, low=0.0, high=0.15,
                    chance=0.05, status="ok", reason="")  # fmt: skip
    broken = replace(named, recognizer="b", value=None, status="unavailable", reason="NaN")

    def tested(*records: Record) -> Point:
        return _tested(records, replace(FIRST, defense="mask"), Goal(), alone=True)

    fine = tested(worst, named)
    assert (fine.reason, fine.leakage.high) == ("", 0.15)
    beside = tested(worst, named, broken)
    assert (beside.reason, beside.leakage.high) == ("named (b) did not count: NaN", 1.0)
    lucky = tested(replace(worst, ceiling=0.15), named)
    assert "about as guessing does" in lucky.reason
    assert lucky.leakage.high == 1.0
