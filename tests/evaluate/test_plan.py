"""What a plan runs where nobody says more."""

import logging
from dataclasses import replace

import pytest

from unmask.evaluate.comparison.plan import BUDGETS, Plan, usual_metrics
from unmask.evaluate.recognizers.known import KNOWN, Known


@pytest.mark.parametrize("budget", BUDGETS)
def test_a_budget_brings_its_attackers(budget: str) -> None:
    assert Plan(budget=budget).attackers == BUDGETS[budget]
    assert Plan(("naive",), budget=budget).attackers == ("naive",)


def test_the_usual_metrics_unless_others_are_named() -> None:
    assert Plan().metrics == usual_metrics()
    assert Plan(metrics=()).metrics == ()
    assert Plan(metrics=("ssim",)).metrics == ("ssim",)


def test_it_says_in_full_what_ran() -> None:
    assert Plan(budget="quick").as_dict()["attackers"] == BUDGETS["quick"]
    named = Plan(BUDGETS["quick"], usual_metrics(), budget="quick", everybody=False)
    assert Plan(budget="quick") == named
    with pytest.raises(ValueError, match="budget must be one of quick, "):
        Plan(budget="fast")


def test_the_usual_face_models_are_those_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Plan().face_models == ("dlib",)
    assert Plan(recognizers=("onnx:x",)).face_models == ("onnx:x",)
    assert Plan(recognizers=()).face_models == ()
    monkeypatch.setattr(Known, "at_hand", property(lambda self: self is KNOWN["sface"]))
    assert Plan().face_models == ("dlib", "onnx:sface")
    assert Plan().as_dict()["recognizers"] == ("dlib", "onnx:sface")


def test_what_runs_is_written_out_and_stays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = Plan().with_models()
    assert here.recognizers == ("dlib",)
    assert not caplog.records  # whoever forbids fetching knows
    monkeypatch.setenv("UNMASK_OFFLINE", "0")
    asked = []

    def gone(file: Known, progress: object) -> None:
        asked.append(file)
        raise FileNotFoundError("no network")

    monkeypatch.setattr("unmask.evaluate.comparison.plan.fetched", gone)
    with caplog.at_level(logging.WARNING):
        assert Plan().with_models() == here
    assert asked == [KNOWN["sface"]]
    assert "going on with the face model dlib alone; no network" in caplog.text
    monkeypatch.setattr(Known, "at_hand", True)
    assert here.with_models() == here == replace(here, seed=0)
    assert Plan(recognizers=("dlib",)).with_models().recognizers == ("dlib",)
    assert len(asked) == 1


def test_what_begins_with_a_plus_comes_beside_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    more = Plan(("+linkage",), ("+kid", "+ssim"), ("+onnx:arcface",), "quick")
    assert more.attackers == (*BUDGETS["quick"], "linkage")
    assert more.everybody, "who adds an attacker wants its figure in every row"
    assert more.metrics == (*usual_metrics(), "kid")
    assert more.face_models[0] == "dlib"
    assert more.face_models[-1] == "onnx:arcface"
    assert more.with_models().recognizers == more.face_models
    assert replace(more, seed=1).attackers == more.attackers
    with pytest.raises(ValueError, match=r"either all have a '\+', .* or none, got '\+linkage n"):
        Plan(("+linkage", "naive"))
