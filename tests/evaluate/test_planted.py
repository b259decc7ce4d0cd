"""Of a planted leak no more is asked than whether anybody sees it."""

from dataclasses import replace

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.comparison import planted
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.planted import measure_case
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.data.split import Split

TWO = Plan(("pixels", "sought", "naive"), (), ("dlib", "onnx:other"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], float]:
    """Who solves what: by attacker and face model, else nothing; filled in by each test."""
    rates: dict[tuple[str, str], float] = {}
    seen: list[tuple[str, tuple[str, ...]]] = []

    def measure(spec: str, scene: Scene, plan: Plan, **settings: object) -> Measured:
        (name,) = plan.attackers
        seen.append((name, plan.face_models))
        attacks = tuple(
            Attack(name, name, model,
                   credits={"rank1": np.full(4, rates.get((name, model), 0.0))})
            for model in plan.face_models
        )  # fmt: skip
        return Measured(spec, {}, np.arange(4), (), attacks, ())

    monkeypatch.setattr(planted, "measure", measure)
    monkeypatch.setattr(planted, "seen", seen, raising=False)
    return rates


def order() -> list[tuple[str, tuple[str, ...]]]:
    return planted.seen  # type: ignore[attr-defined]


def test_one_face_model_is_enough_where_it_solves(
    asked: dict[tuple[str, str], float], scene: Scene
) -> None:
    asked["sought", "dlib"] = 0.95
    found = measure_case("moved", scene, TWO)
    assert order() == [("sought", ("dlib",))]
    assert [a.recognizer for a in found.attacks] == ["dlib"]


def test_else_all_are_asked_with_all_and_each_stands_there_once(
    asked: dict[tuple[str, str], float], scene: Scene
) -> None:
    asked["pixels", "onnx:other"] = 0.9
    found = measure_case("moved", scene, TWO)
    both = TWO.face_models
    assert order() == [("sought", ("dlib",)), ("sought", both), ("pixels", both)]
    names = [(a.name, a.recognizer) for a in found.attacks]
    assert names == [(name, model) for name in ("sought", "pixels") for model in both]


def test_with_one_face_model_nobody_is_asked_twice(
    asked: dict[tuple[str, str], float], scene: Scene
) -> None:
    measure_case("moved", scene, replace(TWO, recognizers=("dlib",)))
    assert order() == [(name, ("dlib",)) for name in ("sought", "pixels", "naive")]


def test_undefended_photos_have_no_answer_that_defended_ones_must_lack() -> None:
    """An answer of one model under a name of its own would be missed on every defense."""
    from unmask.evaluate.comparison.sparing import SINGLY

    two = Plan(recognizers=("dlib", "onnx:other"), budget="standard").attackers
    assert set(SINGLY) < set(two)
    assert "retrained" not in SINGLY  # its `others` has no face model where there are several


def test_who_answers_with_one_face_model_is_told(
    monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    asked: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    full = np.ones(4)

    def measure(spec: str, scene: Scene, plan: Plan, **settings: object) -> Measured:
        asked.append((plan.attackers, plan.face_models))
        attacks = tuple(
            Attack(name, name, model, informed=True, credits={"rank1": full})
            for name in plan.attackers for model in plan.face_models
        )  # fmt: skip
        return Measured(spec, {}, np.arange(4), (), attacks, ())

    monkeypatch.setattr(planted, "measure", measure)
    sparing = replace(TWO, everybody=False)
    found = measure_case("undefended", scene, sparing)
    assert asked == [(("pixels", "naive"), TWO.face_models), (("sought",), ("dlib",))]
    assert [a.attacker for a in found.attacks] == ["pixels"] * 2 + ["sought"] + ["naive"] * 2
    assert found.spared == ("sought",)  # so that a cheat who silenced it is found out
    full = np.full(4, 0.5)
    asked.clear()
    assert not measure_case("undefended", scene, sparing).spared
    assert asked[1] == (("sought",), TWO.face_models)
    asked.clear()
    measure_case("undefended", scene, TWO)  # everybody was named by the user
    assert asked == [(TWO.attackers, TWO.face_models)]


def crowd(people: int, photos: int = 4) -> Scene:
    """Return people who are known by a texture each, two photos of whom are known."""
    rng = np.random.default_rng(0)
    size = 16
    looks = rng.integers(40, 216, (people, size, size, 3))
    made = [
        Photo(
            np.clip(looks[who] + rng.normal(0, 8, looks[who].shape), 0, 255).astype(np.uint8),
            key=f"p{who:04d}/{number}", identity=f"p{who:04d}", faces=(),
        )
        for who in range(people) for number in range(photos)
    ]  # fmt: skip
    strangers = tuple(replace(p, identity=f"q{p.identity}") for p in made[: 20 * photos])
    known = tuple(p for p in made if int(p.key.split("/")[1]) < photos // 2)
    asked = tuple(p for p in made if int(p.key.split("/")[1]) >= photos // 2)
    return Scene("crowd", Split((), (), (), (), ()), known, asked, strangers)


def test_of_a_crowd_some_are_asked_about_and_all_are_known() -> None:
    many = crowd(700)
    some = planted._fewer_asked(many)
    assert some.gallery == many.gallery
    asked = sorted({p.identity for p in some.probes})
    assert len(asked) == planted.ASKED
    assert (asked[0], asked[-1]) == ("p0000", "p0699")
    assert len(some.probes) == 2 * planted.ASKED  # all photos of them
    few = crowd(30)
    assert planted._fewer_asked(few).probes == few.probes


def test_who_is_asked_about_in_a_crowd_is_told_from_all_of_it() -> None:
    found = measure_case("permuted", crowd(230), Plan(("pixels",), (), recognizers=("dlib",)))
    assert len(found.people) == planted.ASKED
    assert found.people.max() == 229  # places are those among all
    assert max(a.credits["rank1"].mean() for a in found.attacks) >= 0.9
