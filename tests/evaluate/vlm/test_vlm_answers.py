"""The metric that asks a model, and a search of strength by what the model names and answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import Defended, Photo
from unmask.evaluate.comparison.config import describe
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import METRICS, Plan
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.scene import Scene, prepare
from unmask.evaluate.metrics import answers
from unmask.evaluate.metrics.answers import Answers, _Asked
from unmask.evaluate.metrics.base import Unavailable
from unmask.evaluate.tuning.caveats import notes_of
from unmask.evaluate.tuning.goal import Goal
from unmask.evaluate.tuning.plans import with_utility
from unmask.evaluate.tuning.run import tune
from unmask.evaluate.vlm.base import Matrix, Model, Picture
from unmask.evaluate.vlm.wording import LAB

TAUGHT = {"s1": "anna bell"}  # so that it is asked as the lab's models are


@pytest.fixture(scope="module")
def few() -> Scene:
    return prepare("orl:people=12,photos=4")


class Light(Model):
    """Says whether a photo is bright, and knows each person by the brightness."""

    asked = 0

    def __init__(self, photos: Sequence[Photo] = ()) -> None:
        super().__init__("light", "1", 8)
        self.light = {p.pixels.mean(): p.identity for p in photos}

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        assert set(prompts) == {LAB.ordinary[0].question}
        Light.asked += len(pictures)
        return ["it is bright ." if p is not None and p.mean() > 90 else "it is dark ."
                for p in pictures]  # fmt: skip

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        near = [None if p is None else min(self.light, key=lambda light: abs(light - p.mean()))
                for p in pictures]  # fmt: skip
        return np.array([
            [float(light is not None and c.endswith(self.light[light])) for c in candidates]
            for light in near
        ])  # fmt: skip


class Mute(Light):
    """Refuses black pictures, and the first photo whatever it shows."""

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return ["I cannot help with that." if p is None or not p.any() else "it is bright ."
                for p in pictures]  # fmt: skip


def kept(spec: str, few: Scene, llava: Path) -> np.ndarray:
    plan = Plan(("naive",), (f"answers:model={llava}",))
    (found,) = measure(spec, few, plan, draws=1, judged=False).utilities
    assert found.status == "ok", found.reason
    return np.asarray(found.values)


def test_what_is_not_of_the_face_is_kept(few: Scene, llava: Path,
                                         monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    asked = _Asked(Light(), TAUGHT)
    monkeypatch.setattr(answers, "_asked", lambda *_: asked)
    bright = np.array([p.pixels.mean() > 90 for p in few.probes])
    assert 0.2 < bright.mean() < 1
    before = Light.asked
    assert (kept("gaussian_blur:sigma=0.3", few, llava) == 1).mean() > 0.9
    first = Light.asked - before
    lost = kept("mask:region=image,fill=black", few, llava)
    assert np.array_equal(lost == 1, ~bright)  # only who was dark before is still called dark
    assert Light.asked - before - first <= len(few.probes)  # clean photos are asked about once


def test_a_refusal_keeps_nothing(few: Scene) -> None:
    asked = _Asked(Mute(), TAUGHT)
    photo = few.probes[0]
    seen, black = (asked.replies([p])[0] for p in (photo.pixels, photo.pixels * 0))
    assert asked.kept("s1", seen, seen) == 1.0
    assert asked.kept("s1", seen, black) == 0.0
    assert np.isnan(asked.kept("s1", black, black))  # and is no answer that could be lost


@pytest.mark.parametrize("name", ["llava", "clip"])
def test_saved_models(name: str, request: pytest.FixtureRequest) -> None:
    metric = Answers(str(request.getfixturevalue(name)))
    photo = Photo(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8), "a", "s1")
    same = Defended(photo, "unchanged", np.zeros((40, 40), np.float32))
    if name == "clip":
        with pytest.raises(Unavailable, match="the same to the tokenizer"):
            metric.values([photo], [same])
    else:
        assert metric.values([photo, photo], [same, same]).tolist() == [1.0, 1.0]


def test_bad_models_and_another_one_at_the_same_place(few: Scene, llava: Path) -> None:
    with pytest.raises(ValueError, match="which model is to be asked"):
        METRICS.build("answers")
    with pytest.raises(ValueError, match="no such model folder: /nowhere/x"):
        METRICS.build("answers:model=/nowhere/x")
    plan = Plan(("naive",), (f"answers:model={llava}",))
    before = describe(few, ["none"], plan)
    marker = llava / "note.txt"
    marker.write_text("changed")
    try:
        assert describe(few, ["none"], plan) != before
    finally:
        marker.unlink()


def test_answers_are_those_of_the_model_that_attacks(llava: Path, clip: Path) -> None:
    spec = f"named:model={llava}"
    (metric,) = [METRICS.build(s) for s in with_utility((), "answers", (f"+{spec}", "+naive"))]
    assert metric == Answers(str(llava))
    assert with_utility(("ssim",), "ssim", ()) == ("ssim",)
    assert with_utility(("psnr",), "ssim", ()) == ("psnr", "ssim")
    given = (f"answers:model={clip}",)
    assert with_utility(given, "answers", (spec,)) == given
    for attackers in ((), (spec, f"named:model={clip}")):
        with pytest.raises(ValueError, match="of the one model in --attackers"):
            with_utility((), "answers", attackers)


def test_a_search_by_what_the_model_names_and_answers(
    llava: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "orl:people=14,photos=4"
    photos = load_dataset(data).photos
    asked = _Asked(Light(), TAUGHT)
    monkeypatch.setattr(answers, "_asked", lambda *_: asked)
    monkeypatch.setattr("unmask.evaluate.vlm.opening.kept", lambda *_: Light(photos))
    plan = Plan((f"named:model={llava}",), ("ssim", f"answers:model={llava}"), ("dlib",))
    found = tune("gaussian_blur:region=image", data, folder=tmp_path / "run", trials=3,
                 goal=Goal("answers"), sampler="random", search=plan, test=plan,
                 progress=None, few=True)  # fmt: skip
    assert len(found.points) == 3
    assert {p.attacker.partition("/")[0].split()[0] for p in found.points} == {"named"}
    assert all(0 <= p.utilities["answers"].value <= 1 for p in found.points)
    assert any("whoever knows the defense" in note for note in found.notes)
    assert any("somebody else's clean photo keeps" in note for note in found.notes)
    assert found.check is not None
    assert found.check.leakage.value < 1


class Parrot(Light):
    """Says the same of every picture."""

    def answer(
        self, pictures: Sequence[Picture], prompts: Sequence[str], max_new_tokens: int = 24
    ) -> list[str]:
        return ["it is bright ."] * len(pictures)


def test_a_model_that_always_says_the_same_keeps_nothing_of_use(
    few: Scene, llava: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(("naive",), (f"answers:model={llava}",), ("dlib",))

    def said(model: Model, least: float) -> str:
        asked = _Asked(model, TAUGHT)
        monkeypatch.setattr(answers, "_asked", lambda *_: asked)
        goal = Goal("answers", min_utility=least)
        return " ".join(notes_of(few, goal, plan, plan, (), 3))

    told = said(Parrot(), 0.9)
    assert "somebody else's clean photo keeps 1.00 of the answers: so much is no use" in told
    assert "--min-utility 0.9 asks for no more" in told
    assert "asks for no more" not in said(Light(), 0.9)
    assert Answers(str(llava)).floor(few.probes[:1]) is None  # nobody else is there
