"""What the page says in words never claims more than figures and intervals show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from unmask.evaluate.report.words import is_near_chance, sentence, verdict
from unmask.evaluate.results.records import Record
from unmask.evaluate.results.rounding import of_hundred, rounded_down, rounded_up
from unmask.evaluate.results.summary import rows

Row = Callable[..., list[Record]]
PRIVATE = ("fools", "keep", "private", "safe", "nothing is left")


def test_a_defense_in_one_sentence(made_row: Row) -> None:
    records = made_row("blur", 0.83, low=0.7, high=0.93, naive=0.04, context=0.16)
    album = replace(records[0], name="album", statistic="rank1@all", value=0.96)
    two = replace(album, statistic="rank1@2", value=0.9)  # smaller ones come after it in a run
    (found,) = rows([*records, album, two])
    assert sentence(found) == (
        "Fools a recognizer that does not know it, 4 of 100; an attacker who does names 83 of 100 "
        "(70 to 93), 96 of 100 albums; a black mask over the same place: 16."
    )


def test_an_interval_that_reaches_far_is_not_said_to_fool(made_row: Row) -> None:
    records = made_row("blur", 0.5, naive=0.04)
    wide = [replace(r, high=0.3) if r.name == "naive" else r for r in records]
    said = sentence(rows(wide)[0])
    assert said.startswith("A recognizer that does not know it names 4 of 100 (0 to 30)")
    assert "fools" not in said.lower()
    assert verdict(rows(wide))[0].startswith("None of 1 defense is shown to fool")


@pytest.mark.parametrize("value", [0.05, 0.0])
def test_a_lower_bound_never_reads_as_private(made_row: Row, value: float) -> None:
    records = made_row("blur", value, low=0.0, high=0.08, status="at least", reason="x broke")
    (found,) = rows(records)
    assert not is_near_chance(found.worst)
    assert f"at least {100 * value:.0f} of 100, and more may leak" in sentence(found)
    told = " ".join(verdict([found], limit=0.5))
    assert "None of 1 is shown to keep" in told
    assert "None of 1 is shown to leak at most 50 of 100" in told
    assert "Of 1 only the least that leaks is known" in told


@pytest.mark.parametrize("status", ["invalid", "unavailable"])
def test_a_row_without_a_figure_says_why_and_nothing_else(made_row: Row, status: str) -> None:
    records = made_row("blur", None, status=status, reason="not measured: it broke")
    (found,) = rows(records)
    assert sentence(found) == "Nothing can be said: it broke."
    told = " ".join(verdict([found], limit=0.9))
    assert "None of 1 is shown to keep" in told
    assert "1 could not be judged" in told


def test_even_who_does_not_know_it(made_row: Row) -> None:
    (found,) = rows(made_row("blur", 0.9, naive=0.9))
    assert sentence(found).startswith("Even a recognizer that does not know it names 90 of 100")
    (plain,) = rows(made_row("none", 1.0, naive=1.0))
    assert sentence(plain).startswith("A recognizer names 100 of 100")
    (alone,) = rows(made_row("blur", 0.9, naive=None))
    assert sentence(alone) == "An attacker who knows it names 90 of 100 (80 to 100)."


def test_the_verdict_counts_what_intervals_show(made_row: Row) -> None:
    records = [*made_row("none", 1.0, naive=1.0), *made_row("a", 0.05, high=0.1),
               *made_row("b", 0.05, high=0.4), *made_row("c", 0.9, naive=0.6)]  # fmt: skip
    told = " ".join(verdict(rows(records), limit=0.4))
    assert told == (
        "2 of 3 defenses are shown to fool a recognizer that does not know them. 1 of 3 is shown "
        "to keep an attacker who does near chance (5 of 100). 1 lets more than half of the photos "
        "be named. 2 of 3 are shown to leak at most 40 of 100, the limit that was asked for."
    )
    assert verdict(rows(made_row("none", 1.0))) == ["Only undefended photos were attacked."]


def test_a_group_above_the_limit_is_above_it(made_row: Row) -> None:
    records = made_row("a", 0.05, high=0.1)
    group = replace(records[0], group="sex=f", high=0.6)
    assert "None of 1 is shown to leak at most 20" in " ".join(
        verdict(rows([*records, group]), 0.2)
    )


def test_a_program_labelled_none_is_a_defense(made_row: Row) -> None:
    records = made_row("folder:path=/x,label=none,stamp=y", 0.9, params={"label": "none"})
    assert "None of 1" in " ".join(verdict(rows(records)))


@pytest.mark.parametrize(("value", "said"), [(0.0, "0 of 100"), (0.001, "fewer than 1 of 100"),
                                             (0.999, "more than 99 of 100"), (1.0, "100 of 100"),
                                             (0.444, "44 of 100")])  # fmt: skip
def test_shares_in_words(value: float, said: str) -> None:
    assert of_hundred(value) == said


@pytest.mark.parametrize(("value", "low", "high"), [
    (0.129, "0.12", "0.13"), (0.29, "0.29", "0.29"), (0.0, "0.00", "0.00"), (1.0, "1.00", "1.00"),
    (0.101, "0.10", "0.11"), (-0.121, "-0.13", "-0.12"), (0.99999, "0.99", "1.00"),
])  # fmt: skip
def test_ends_are_rounded_outwards(value: float, low: str, high: str) -> None:
    assert (rounded_down(value), rounded_up(value)) == (low, high)
