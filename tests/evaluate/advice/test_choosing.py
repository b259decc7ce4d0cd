"""What may be advised: only what was measured, and only what is shown to hold."""

from dataclasses import replace

import numpy as np
import pytest

from unmask.evaluate.advice.choosing import choose
from unmask.evaluate.advice.proof import least_to_show, people_needed
from unmask.evaluate.advice.rates import told, upper
from unmask.evaluate.advice.similar import distance, most_similar
from unmask.evaluate.advice.table import Figure, Kind, Table
from unmask.evaluate.statistics import clustered_interval

from .conftest import leaks


def test_the_mildest_that_holds_is_chosen(table: Table) -> None:
    found = choose(table, 0.1)
    assert found.chosen
    assert found.chosen.defense == "gaussian_blur:sigma=0.3"
    assert found.stronger
    assert found.stronger.defense == "mask:margin=0.1,fill=black"
    assert found.unsure == 2


def test_the_whole_interval_must_be_within(table: Table) -> None:
    found = choose(table, 0.099)  # the blur leaks 0.05, and up to 0.0995
    assert found.chosen
    assert found.chosen.defense == "mask:margin=0.1,fill=black"


@pytest.mark.parametrize("limit", [0.0, 0.01, 0.02, 0.04])
def test_a_lower_bound_or_no_figure_never_holds(table: Table, limit: float) -> None:
    found = choose(table, limit)
    assert found.chosen is None
    assert found.nearest
    assert found.nearest.defense == "mask:margin=0.1,fill=black"


def test_only_bounds_are_no_advice(table: Table) -> None:
    bad = tuple(s for s in table.settings if s.leakage.state != "ok")
    found = choose(replace(table, settings=bad), 1.0)
    assert found.chosen is None
    assert found.nearest is None
    assert found.considered == found.unsure == 2


def test_the_worst_group_counts(table: Table) -> None:
    alone = tuple(s for s in table.settings if s.defense == "downscale:side=8")
    assert choose(replace(table, settings=alone), 0.19).chosen is None
    assert choose(replace(table, settings=alone), 0.2).chosen is not None


def test_people_needed() -> None:
    assert people_needed(leaks(0.1, 0.2, 0.3), 0.1) is None  # it leaks more
    assert people_needed(leaks(0.0, 0.05, 0.1, state="at least"), 0.5) is None
    assert people_needed(Figure(None), 0.5) is None
    # twice the arm as is allowed: four times the people
    found = people_needed(leaks(0.3, 0.4, 0.6, people=20), 0.5)
    assert found == 80


def test_a_perfect_defense_needs_this_many_people() -> None:
    """As many as the intervals of this project need for nothing but chance."""
    enough = least_to_show(0.1)
    assert enough is not None
    for people, holds in ((enough, True), (enough - 1, False)):
        rank1 = np.full(people * 3, 1 / people)
        found = clustered_interval(rank1, np.repeat(np.arange(people), 3))
        assert (found.high <= 0.1) is holds


def test_figures_are_said_no_better_than_they_are() -> None:
    assert upper(leaks(0.0, 0.05, 0.0901)) == "10"
    assert upper(leaks(0.0, 0.05, 0.09, state="at least")) == "100"
    assert (
        told(leaks(0.009, 0.05, 0.0901)) == "5 of 100 (at 95 % 0 to 10; guessing names 1 of 100)"
    )
    bound = told(leaks(0.02, 0.05, 0.09, state="at least"))
    assert bound.startswith("at least 5 of 100 (at 95 % from 2, and nobody knows up to where")


def test_the_most_similar_data_set(table: Table) -> None:
    grey = replace(table, name="grey", kind=Kind(70.0, 0.8, 1.0))
    large = replace(table, name="large", kind=Kind(250.0, 0.4, 0.0))
    small = replace(table, name="small", kind=Kind(90.0, 0.4, 0.0))
    known = (grey, large, small)
    for kind, name in ((Kind(60, 0.7, 0.9), "grey"), (Kind(400, 0.5, 0.1), "large"),
                       (Kind(100, 0.45, 0.0), "small"), (Kind(100, 0.6, 1), "grey")):  # fmt: skip
        assert most_similar(kind, known)[0].name == name
    assert distance(Kind(80, 0.4, 0.0), Kind(80, 0.4, 0.0)) == 0
    assert distance(Kind(80, 0.4, 0.0), Kind(160, 0.4, 0.0)) == pytest.approx(1)
    with pytest.raises(LookupError):
        most_similar(Kind(80, 0.4, 0.0), (replace(table, kind=None),))
