"""A limit holds with every seed, or is not met; and nothing else is claimed by one seed alone."""

from dataclasses import replace

import pytest

from unmask.evaluate.comparison.seeds import seed_records
from unmask.evaluate.results.gate import above
from unmask.evaluate.results.onwards import onwards
from unmask.evaluate.results.ranks import Place, places
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


def test_the_lowest_sure_leakage_is_that_of_all_seeds() -> None:
    bad = replace(FIRST, defense="mask", value=0.4, high=0.5)
    sure = [FIRST, bad]
    others = [replace(OTHER, value=0.8, high=0.9), replace(bad, seed=1)]
    told = onwards([*sure, *seed_records([sure, others])])
    assert "the lowest sure leakage is 0.40 (at 95 % up to 0.50), of mask" in told
    others[0] = replace(OTHER, status="at least", reason="retrained broke")
    assert ", of mask" in onwards([*sure, *seed_records([sure, others])])
    others[0] = replace(OTHER, value=0.35)
    told = onwards([*sure, *seed_records([sure, others])])
    assert "is 0.20 (at 95 % up to 0.30, with another seed 0.35), of blur: not safe" in told


def test_a_defense_called_as_the_context_is_beats_nobody_by_that() -> None:
    """How much whole photos leak beyond their context stands beside differences of defenses."""
    rows = [FIRST, replace(FIRST, defense="context", value=0.1)]
    beyond = replace(FIRST, kind="difference", name="context", value=0.2, p=0.001)
    assert places([*rows, beyond]) == {"blur": Place(1, 2), "context": Place(1, 2)}
