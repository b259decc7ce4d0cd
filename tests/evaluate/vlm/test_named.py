"""The attacker that asks for names, beside the recognizers."""

from pathlib import Path

import numpy as np
import pytest

from unmask.evaluate.attackers.named import Named
from unmask.evaluate.comparison.config import describe
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import ATTACKERS, Plan
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.vlm.base import Matrix, Model, Picture


@pytest.fixture(scope="module")
def few() -> Scene:
    return prepare("orl:people=12,photos=4")


class Knows(Model):
    """Knows each photo by its brightness."""

    def __init__(self, scene: Scene) -> None:
        super().__init__("knows", "1", 8)
        self.light = {p.pixels.mean(): p.identity for p in scene.probes}

    def likelihoods(self, pictures: list[Picture], prompts: list[str],
                    candidates: list[str]) -> Matrix:  # type: ignore[override]  # fmt: skip
        rows = []
        for picture in pictures:
            near = None if picture is None else min(
                self.light, key=lambda light: abs(light - picture.mean()))  # fmt: skip
            who = "" if near is None else self.light[near]
            rows.append([float(c == f"This is {who}") for c in candidates])
        return np.array(rows)


def test_a_model_that_knows_passes_and_leaks(few: Scene, llava: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("unmask.evaluate.vlm.opening.kept", lambda *args: Knows(few))
    plan = Plan(attackers=(f"named:model={llava}",), metrics=())
    clean, constant = (
        measure(spec, few, plan, draws=1, judged=False) for spec in ("none", "constant")
    )
    assert [a.name for a in clean.attacks] == ["named", "named/calibrated"]
    for seen, blind in zip(clean.attacks, constant.attacks, strict=True):
        assert seen.credits["rank1"].mean() == 1.0
        assert blind.credits["rank1"].mean() == pytest.approx(1 / few.people)


@pytest.fixture(scope="module")
def sayable(few: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give everybody a name whose words the tiny models have."""
    words = ["Anna", "Bell", "Carl", "Dorn", "Emma", "Falk", "Georg", "Hahn"]
    pairs = [f"{a} {b}" for a in words for b in words if a != b]
    people = sorted({photo.identity for photo in few.probes})
    path = tmp_path_factory.mktemp("names") / "names.csv"
    rows = (f"{key},{name}\n" for key, name in zip(people, pairs, strict=False))
    path.write_text("identity,name\n" + "".join(rows))
    return path


def test_a_model_without_the_words_is_unavailable(few: Scene, llava: Path, clip: Path) -> None:
    for path in (llava, clip):  # the names are numbers, all alike to these models
        (attack,) = measure("none", few, Plan((f"named:model={path}",), ())).attacks
        assert attack.status == "unavailable"
        assert "are the same to the tokenizer" in attack.reason


def test_a_model_that_knows_nobody_names_few(few: Scene, llava: Path, clip: Path,
                                                  sayable: Path) -> None:  # fmt: skip
    for path in (llava, clip):
        plan = Plan((f"named:model={path},names={sayable}",), ())
        attacks = measure("none", few, plan, draws=1, judged=False).attacks
        assert all(a.status == "ok" for a in attacks), [a.reason for a in attacks]
        assert max(a.credits["rank1"].mean() for a in attacks) < 0.5


def test_another_model_at_the_same_place_is_noticed(few: Scene, llava: Path) -> None:
    spec = f"named:model={llava}"
    before = describe(few, ["none"], Plan(attackers=(spec,)))
    marker = llava / "note.txt"
    marker.write_text("changed")
    try:
        assert describe(few, ["none"], Plan(attackers=(spec,))) != before
    finally:
        marker.unlink()
    assert "attackers" not in describe(few, ["none"], Plan(attackers=("naive",)))


def test_bad_models(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="which model is to be asked"):
        ATTACKERS.build("named")
    with pytest.raises(ValueError, match="no such model folder: /nowhere/x"):
        ATTACKERS.build("named:model=/nowhere/x")
    with pytest.raises(ValueError, match=r"holds no config\.json"):
        Named(model=str(tmp_path))
