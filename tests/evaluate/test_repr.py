"""What a notebook shows of a result is one short line."""

from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES, Photo
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.run import Comparison
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import Record


def test_results_and_photos_are_one_short_line(scene: Scene) -> None:
    photo = scene.probes[0]
    plan = Plan(("naive", "pixels"), ("ssim",), budget="quick")
    measured = measure("mask", scene, plan)
    record = Record("orl", "", "quick", "mask", {}, "leakage", "worst", "rank1")
    things = [
        scene, scene.split, photo, photo.face, DEFENSES.build("mask")(photo), measured,
        measured.attacks[0], measured.utilities[0], load_dataset("orl"),
        Comparison((record,) * 5000, scene, Path("runs/mine")),
    ]  # fmt: skip
    for thing in things:
        text = repr(thing)
        assert len(text) < 160, text
        assert "\n" not in text
        assert "array" not in text
    assert repr(things[-1]).startswith("Comparison(1 defenses on Scene('orl,people=16,photos=6', ")


def test_a_photo_that_is_none_can_be_shown() -> None:
    assert repr(Photo("text", "key")) == "Photo('key', shape=(), faces=not looked for)"  # type: ignore[arg-type]
    assert repr(Photo(np.zeros((4, 5, 3), np.uint8))).startswith("Photo('', shape=(4, 5, 3)")
