"""A limit holds with every seed, or is not met."""

from dataclasses import replace

import pytest

from unmask.evaluate.comparison.seeds import seed_records
from unmask.evaluate.results.gate import above
from unmask.evaluate.results.records import Record

FIRST = Record("orl", "", "quick", "blur", {}, "leakage", "worst", "rank1", value=0.2,
               low=0.1, high=0.3, people=20)  # fmt: skip
OTHER = replace(FIRST, seed=1)


def over_both(other: Record) -> list[str]:
    return above([FIRST, *seed_records([[FIRST], [other]])], 0.5)


def test_what_holds_with_both_seeds_passes() -> None:
    assert not over_both(OTHER)


def test_another_seed_that_leaks_more_is_above() -> None:
    (line,) = over_both(replace(OTHER, value=0.6, high=0.8))
    assert line == "blur leaks 0.600 with another seed: above --max-leakage 0.5"


@pytest.mark.parametrize(
    "other",
    [
        replace(OTHER, status="at least", reason="retrained broke"),
        replace(OTHER, status="invalid", value=None),
        replace(OTHER, status="unavailable", value=None),
    ],
)
def test_a_bound_or_no_figure_with_another_seed_meets_no_limit(other: Record) -> None:
    (line,) = over_both(other)
    assert line.startswith("blur has no leakage that holds with every seed: ")
