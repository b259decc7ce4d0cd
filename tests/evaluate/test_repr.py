"""What a notebook shows of a result is one short line."""

import numpy as np

from unmask.defenses import DEFENSES, Photo
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.scene import Scene


def test_results_and_photos_are_one_short_line(scene: Scene) -> None:
    photo = scene.probes[0]
    plan = Plan(("naive", "pixels"), ("ssim",), budget="quick")
    measured = measure("mask", scene, plan)
    things = [
        scene, scene.split, photo, photo.face, DEFENSES.build("mask")(photo), measured,
        measured.attacks[0], measured.utilities[0], load_dataset("orl"),
    ]  # fmt: skip
    for thing in things:
        text = repr(thing)
        assert len(text) < 160, text
        assert "\n" not in text
        assert "array" not in text


def test_a_photo_that_is_none_can_be_shown() -> None:
    assert repr(Photo("text", "key")) == "Photo('key', shape=(), faces=not looked for)"  # type: ignore[arg-type]
    assert repr(Photo(np.zeros((4, 5, 3), np.uint8))).startswith("Photo('', shape=(4, 5, 3)")
