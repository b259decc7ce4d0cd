"""Linkage of outputs: people are grouped by their sources, where the face model is sure."""

from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from unmask.evaluate.verify.linking import SURE, grouped, linked
from unmask.evaluate.verify.telling import SIDE, Trial
from unmask.evaluate.verify.vectors import Vectors

FACES = {"a1": (0.0, 0.0), "a2": (0.3, 0.0), "b1": (5.0, 0.0), "b2": (5.0, 0.3)}


class _Plane:
    """A face model whose vectors lie in a plane."""

    def similarity(self, probes: NDArray[np.float32], gallery: NDArray[np.float32]) -> object:
        return -np.linalg.norm(probes[:, None] - gallery[None], axis=2)


class _Known:
    """Vectors of faces before and after, as `Vectors` gives them."""

    def __init__(self, before: dict[str, tuple[float, float]], after: dict[str, object]) -> None:
        self.models = {"plane": _Plane()}
        self._known = {"before": before, "after": after, "place": {}}

    def get(self, model: str, key: tuple[str, str, int]) -> NDArray[np.float32] | None:
        found = self._known[key[0]].get(key[1])
        return None if found is None else np.array(found, np.float32)


def _linked(before: dict[str, tuple[float, float]], after: dict[str, object]) -> object:
    empty = np.zeros((3, SIDE, SIDE), np.float32)
    trials = [Trial(path, 0, empty, empty) for path in before]
    return linked(trials, cast(Vectors, _Known(before, after)), "plane")


@pytest.mark.parametrize(
    ("after", "rank1"),
    [({"a1": (0, 0), "a2": (1, 0), "b1": (9, 0), "b2": (9, 1)}, 1.0),  # each is like itself
     ({"a1": (0, 0), "a2": (9, 0), "b1": (0, 1), "b2": (9, 1)}, 0.0),  # like the other one
     (dict.fromkeys(FACES, (3, 3)), 1 / 3)],  # all alike: chance
)  # fmt: skip
def test_outputs_of_two_people(after: dict[str, object], rank1: float) -> None:
    found = _linked(FACES, after)
    assert found is not None
    assert found.rank1.value == pytest.approx(rank1)  # type: ignore[attr-defined]
    assert found.chance == pytest.approx(1 / 3)  # type: ignore[attr-defined]
    assert found.at_least == "only 2 people have several photos"  # type: ignore[attr-defined]


def test_nothing_is_said_where_there_is_nothing_to_tell() -> None:
    alone = {"a1": (0.0, 0.0), "b1": (5.0, 0.0), "c1": (9.0, 0.0)}
    assert _linked(alone, dict(alone)) is None  # nobody has two photos
    same = {"a1": (0.0, 0.0), "a2": (0.1, 0.0), "a3": (0.2, 0.0)}
    assert _linked(same, dict(same)) is None  # there is nobody else: every answer is right
    assert _linked(FACES, {"a1": (0.0, 0.0)}) is None  # faces that nobody looked at


def test_groups_are_of_those_that_are_surely_one() -> None:
    near, far = SURE - 0.01, SURE
    table = np.array([[0, near, 9, 9], [near, 0, near, 9], [9, near, 0, far], [9, 9, far, 0]])
    assert grouped(table).tolist() == [0, 0, 0, 1]  # by way of another photo, too
