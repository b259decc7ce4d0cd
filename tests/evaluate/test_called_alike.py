"""No figure stands for another one: neither of two attacks of one name, nor of other photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.attackers.base import Attacker, Defend, Scores, people_of
from unmask.evaluate.comparison.attacking import Release, attack
from unmask.evaluate.comparison.blind import blind
from unmask.evaluate.comparison.measured import Attack
from unmask.evaluate.comparison.plan import ATTACKERS, Plan
from unmask.evaluate.comparison.worst import counting
from unmask.evaluate.data.scene import Scene

RIGHT, WRONG, FEW, MANY = "right", "wrong", "few", "many"


@dataclass
class Twice(Attacker):
    """Knows by heart who is on each photo, and gives some answers without a variant."""

    name: ClassVar[str] = "twice"
    said: ClassVar[tuple[str, ...]] = (RIGHT, WRONG)
    truth: ClassVar[np.ndarray]

    def fit(self, gallery: Sequence[Photo], background: Sequence[Photo], defend: Defend) -> Self:
        self._known = len(people_of(gallery))
        return self

    def scores(self, probes: Sequence[Photo]) -> list[Scores]:
        right = np.eye(self._known)[np.resize(self.truth, len(probes))]
        made = {RIGHT: right, WRONG: -right, FEW: right[: -len(self.truth)],
                MANY: np.pad(right, ((0, 0), (0, 1)))}  # fmt: skip
        return [Scores(made[one]) for one in self.said]


def told_of(scene: Scene, monkeypatch: pytest.MonkeyPatch, *said: str) -> list[Attack]:
    truth = np.array([people_of(scene.gallery).index(p.identity) for p in scene.probes])
    monkeypatch.setattr(Twice, "said", said)
    monkeypatch.setattr(Twice, "truth", truth, raising=False)
    release = Release(scene.probes * 2, truth)
    return attack(Twice(), blind(scene, 0), lambda photos, draw=0: [*photos], release)  # type: ignore[arg-type]


def test_of_two_answers_called_alike_both_count(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = counting(told_of(scene, monkeypatch, RIGHT, WRONG))
    assert [credit.mean() for credit in found.values()] == [1.0, 0.0]
    assert [name for name, _ in found] == ["twice", "twice #2"]


@pytest.mark.parametrize("said", [FEW, MANY])
def test_an_answer_about_other_photos_or_people_is_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    (one,) = told_of(scene, monkeypatch, said)
    assert one.status == "invalid"
    assert "scores must be" in one.reason


def test_two_attackers_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two attackers are called retrained \(retrained and re"):
        Plan(("+retrained:draws=1",)).build_attackers()
    assert len(Plan(("pixels", "pixels")).build_attackers()) == 1


def test_two_face_models_of_one_label_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in two folders may be called alike; their answers would be, too."""
    with pytest.raises(ValueError, match="two face models are called dlib"):
        Plan(("pixels",), recognizers=("dlib", "dlib:")).build_attackers()


def test_an_attacker_is_not_called_as_a_question_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of one called `album` stood where the highest of all belongs."""
    with ATTACKERS.host([("album", Twice)]):
        monkeypatch.setattr(Twice, "name", "album")
        with pytest.raises(ValueError, match="none of the attackers may be called 'album'"):
            Plan(("pixels", "album")).build_attackers()
