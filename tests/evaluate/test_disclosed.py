"""A defense that draws: several releases, and what is left once its seed is known."""

import numpy as np
import pytest

from unmask.evaluate.attackers.naive import Naive
from unmask.evaluate.comparison.measure import DRAWS, measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene

NOISE = "noise:sigma=1.0,region=image"


def rank1(attacks: tuple, name: str) -> float:
    return next(float(a.credits["rank1"].mean()) for a in attacks if a.name == name)


def test_noise_of_a_known_seed_hides_nothing(scene: Scene) -> None:
    found = measure(NOISE, scene, Plan(("naive", "probed"), ()))
    assert rank1(found.attacks, "naive") < 0.5
    assert rank1(found.attacks, "probed") < 0.5  # who does not know the seed
    assert rank1(found.disclosed, "probed") >= 0.9
    assert not measure("pixelate", scene, Plan(("naive", "probed"), ())).disclosed


def test_each_draw_counts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = Naive.scores
    monkeypatch.setattr(
        Naive,
        "scores",
        lambda self, photos: (asked.append(len(photos)), original(self, photos))[1],
    )
    plan, count = Plan(("matched",), (), ("dlib",)), len(scene.probes)
    (drawn,) = measure(NOISE, scene, plan).attacks
    assert asked == [DRAWS * count]
    assert drawn.credits["rank1"].shape == (count,)
    assert set(np.unique(drawn.credits["rank1"])) - {0.0, 1.0}, "all draws gave the same"
    auc = next(f for f in drawn.figures if f.statistic == "auc")
    assert auc.value is not None  # pairs of one draw: two draws of a photo are no pair
    asked.clear()
    measure("pixelate", scene, plan)
    assert asked == [count]
    asked.clear()
    (one,) = measure(
        NOISE, scene, Plan(("naive",), (), ("dlib",))
    ).attacks  # costs more than it tells
    assert asked == [count]
    assert one.credits["rank1"].shape == (count,)
