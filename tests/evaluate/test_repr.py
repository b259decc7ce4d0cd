"""What a notebook shows of a result is one short line."""

import numpy as np

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.apply.manifest import Row
from unmask.defenses.apply.report import ApplyReport
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.verify.findings import Finding
from unmask.evaluate.verify.run import Verdict


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


def test_a_notebook_shows_what_apply_and_verify_left_undone() -> None:
    rows = (Row("a.png", "defended", 1), Row("<b>.png", "failed", 0, reason="no <i>room"),
            *(Row(f"{n}.png", "no_face", 0) for n in range(60)))  # fmt: skip
    shown = ApplyReport(rows, (), None, "seed <kept>")._repr_html_()
    assert "&lt;b&gt;.png" in shown
    assert "no &lt;i&gt;room" in shown
    assert "seed &lt;kept&gt;" in shown
    assert "and 11 more" in shown
    assert ">a.png<" not in shown
    assert "<table" not in ApplyReport(rows[:1], (), None)._repr_html_()

    found = (Finding("survivor", "untouched", "<b>.png", "all of <it>"),
             Finding("note", "kept", "me.png"))  # fmt: skip
    shown = Verdict(found, 2, 2, (), None, ("dlib did not look: <x>",), ("yunet",))._repr_html_()
    assert "&lt;b&gt;.png" in shown
    assert "me.png" not in shown
    assert "survivors: 1 untouched" in shown
    assert "dlib did not look: &lt;x&gt;" in shown
    empty = Verdict((), 2, 0, (), None, (), ())._repr_html_()
    assert "<table" not in empty
    assert "nobody looked" in empty
