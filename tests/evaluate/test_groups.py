"""Subgroups: read, merged, and the worst one named."""

from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.comparison.groups import group_records, members, read_groups
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.results.records import Record


def test_groups_are_read_and_small_ones_merged(tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    lines = ["id,eyes,age"] + [
        f"p{i:02d},{'blue' if i < 12 else 'green' if i < 16 else 'brown'},{20 + i}"
        for i in range(30)
    ]
    table.write_text("\n".join([*lines[:-1], "p29,brown,?"]))
    found = members(read_groups(table), [f"p{i:02d}" for i in range(31)])
    assert found["eyes=blue"].tolist() == list(range(12))
    assert found["eyes=brown"].tolist() == list(range(16, 30))
    assert found["eyes=small"].tolist() == [12, 13, 14, 15, 30]  # green, and nobody's entry
    assert {name for name in found if name.startswith("age=")} == {
        "age=up to 29.3333", "age=29.3333 to 38.6667", "age=above 38.6667", "age=small",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [("a\nx", "needs a header"), ("id,b\nx,1\nx,2", "more than once"), (None, "cannot read")],
)
def test_bad_tables_are_said(tmp_path: Path, text: str | None, said: str) -> None:
    table = tmp_path / "groups.csv"
    if text is not None:
        table.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_groups(table)


def test_groups_of_other_people_are_refused() -> None:
    with pytest.raises(ValueError, match="name none of the 1 people"):
        members({"sex": {"somebody": "f"}}, ["p1"])


def test_people_of_a_group_weigh_the_same() -> None:
    people = np.repeat(np.arange(20), [30, *[1] * 19])  # the most photographed is not named
    attack = Attack("matched", "matched", "", True, {"rank1": (people > 0).astype(float)})
    measured = Measured("blur", {}, people, ("defended",) * 49, (attack,), ())
    worst = Record("d", "s", "quick", "blur", {}, "leakage", "worst", "rank1", value=0.5)
    groups = {"sex=f": np.arange(10), "sex=m": np.arange(10, 20)}
    found = {r.group: r for r in group_records(worst, measured, [attack], groups)}
    first, other = found["sex=f"], found["sex=m"]
    assert (first.statistic, first.value, first.chance) == ("rank1", 0.9, 1 / 20)
    assert (other.statistic, other.value, other.chance) == ("rank1", 1, 1 / 20)
    named = Attack("matched", "matched", "", True, {"rank1": (people == 0).astype(float)})
    first, _ = group_records(worst, measured, [named], groups)
    assert (first.statistic, first.value, first.chance) == ("rank1", 0.1, 1 / 20)


def test_the_group_that_leaks_most_is_named() -> None:
    people = np.repeat(np.arange(20), 2)
    credits = (people >= 10).astype(float)
    attack = Attack("matched", "matched", "dlib", True, {"rank1": credits})
    measured = Measured("blur", {}, people, ("defended",) * 40, (attack,), ())
    worst = Record("d", "s", "quick", "blur", {}, "leakage", "worst", "rank1", value=0.5)
    groups = {"sex=f": np.arange(10), "sex=m": np.arange(10, 20)}
    found = {r.group: r for r in group_records(worst, measured, [attack], groups)}
    assert (found["sex=f"].value, found["sex=m"].value) == (0, 1)
    assert found["sex=m"].reason.endswith("the worst group")
    assert "worst" not in found["sex=f"].reason
    assert found["sex=f"].chance == 1 / 20
