"""Words for gender, age, ethnicity, expression and occupation, against answers scored by hand."""

import json
from collections import Counter
from pathlib import Path

import pytest

from unmask.evaluate.vlm.attributes import ATTRIBUTES, attributes, values_of

SCORED = json.loads((Path(__file__).parent / "scored_answers.json").read_text("utf-8"))
PARTS = (1, 2, 3)


def counted(part: int) -> dict[str, Counter[str]]:
    """Count values that were found rightly, wrongly and not, for each attribute."""
    found: dict[str, Counter[str]] = {name: Counter() for name in ATTRIBUTES}
    for entry in SCORED:
        if entry["half"] != part:
            continue
        told = attributes(entry["answer"])
        for name in ATTRIBUTES:
            wanted, got = set(entry["said"].get(name, ())), told[name]
            found[name] += Counter(right=len(wanted & got), missed=len(wanted - got),
                                   wrong=len(got - wanted))  # fmt: skip
    return found


def test_the_set_is_large_and_each_answer_stands_in_it_once() -> None:
    assert len(SCORED) >= 120
    assert len({entry["answer"] for entry in SCORED}) == len(SCORED)
    assert all(set(entry["said"]) <= set(ATTRIBUTES) for entry in SCORED)
    assert {entry["half"] for entry in SCORED} == set(PARTS)
    assert sum(not entry["said"] for entry in SCORED) > 40  # nothing is said: false friends


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ATTRIBUTES)
def test_as_good_as_the_docs_say(part: int, name: str) -> None:
    count = counted(part)[name]
    precision = count["right"] / (count["right"] + count["wrong"])
    recall = count["right"] / (count["right"] + count["missed"])
    assert precision >= (0.8 if name == "age" else 0.95)
    assert recall >= 0.65
