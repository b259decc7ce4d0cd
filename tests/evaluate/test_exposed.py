"""The most exposed people, and those who are always named."""

import numpy as np
import pytest

from unmask.evaluate.statistics import always_named, exposed_by_lot, exposed_tenth

WHO = np.repeat(np.arange(40), 4)


def test_a_tenth_by_hand() -> None:
    means = np.linspace(0, 0.75, 40).round(2)
    values = np.repeat(means, 4)
    found = exposed_tenth({"a": values, "b": values * 0}, WHO)
    assert found.name == "a"
    assert found.estimate.value == pytest.approx(np.sort(means)[-4:].mean())
    assert found.estimate.low <= found.estimate.value <= found.estimate.high


def test_few_who_are_always_named_are_not_hidden_by_the_mean() -> None:
    """Four people of forty are named every time and nobody else is: a leakage of a tenth."""
    values = np.repeat((np.arange(40) < 4).astype(float), 4)
    assert values.mean() == pytest.approx(0.1)
    assert exposed_tenth({"a": values}, WHO).estimate.value == 1.0
    found = always_named({"a": values, "b": values * 0.99}, WHO).estimate
    assert (found.value, found.n) == (pytest.approx(0.1), 40)
    assert found.low < 0.1 < found.high


def test_a_tenth_is_rounded_up_and_unequal_people_count_alike() -> None:
    people = np.repeat(np.arange(11), [90, *[1] * 10])
    values = np.array([0.5] * 90 + [1.0, 1.0] + [0.0] * 8)
    assert exposed_tenth({"a": values}, people).estimate.value == 1.0
    assert always_named({"a": values}, people).estimate.value == pytest.approx(2 / 11)


def test_nobody_exposed_has_an_upper_end() -> None:
    found = exposed_tenth({"a": np.zeros(160)}, WHO).estimate
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high > 0.5, "four people who are never named say little of the most exposed"


@pytest.mark.parametrize("ask", [exposed_tenth, always_named])
def test_bad_values_are_refused(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="at least one"):
        ask({}, WHO)
    with pytest.raises(ValueError, match="finite"):
        ask({"a": np.full(160, np.nan)}, WHO)


def test_guessing_has_its_own_most_exposed() -> None:
    """Of 40 people with 4 photos luck names somebody twice, though everybody's chance is 0.025."""
    assert 0.2 < exposed_by_lot(WHO) < 0.35
    assert exposed_by_lot(np.repeat(np.arange(10), 4000)) == pytest.approx(0.1, abs=0.02)
