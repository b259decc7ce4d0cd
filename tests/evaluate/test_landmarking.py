"""Who learns from defended photos finds landmarks on clean ones, if the former show them."""

from dataclasses import replace

import numpy as np
import pytest

from unmask.defenses import Face, Photo
from unmask.defenses.faces.mean_face import MEAN_FACE
from unmask.evaluate.comparison.landmarking import EYES, landmark_records
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.report.attributes import landmarks
from unmask.evaluate.report.reading import Run
from unmask.evaluate.results.records import Record

from .test_attributes import _scene, _worst

BOX = (20.0, 20.0, 64.0, 64.0)


def _drawn(photo: Photo) -> Photo:
    """Return a face of dots that lies somewhere else in its box on every photo."""
    rng = np.random.default_rng(list(photo.key.encode()))
    assert MEAN_FACE.points is not None
    size = np.array(BOX[2:])
    middle = MEAN_FACE.points - MEAN_FACE.points.mean(0)
    points = middle / np.ptp(middle) * 40 + BOX[:2] + size / 2 + rng.uniform(-9, 9, 2)
    pixels = np.full((104, 104, 3), 200, np.uint8)
    for x, y in points.round().astype(int):
        pixels[y - 1 : y + 2, x - 1 : x + 2] = 20
    face = Face(BOX, points=points.astype(np.float32))
    return replace(photo, pixels=pixels, faces=(face,))


@pytest.fixture(scope="module")
def faces() -> Scene:
    scene = _scene()
    roles = {role: tuple(map(_drawn, getattr(scene, role)))
             for role in ("gallery", "probes", "background")}  # fmt: skip
    return replace(scene, **roles)


def _found(scene: Scene, *defenses: str) -> list[Record]:
    return landmark_records([_worst(one) for one in defenses], scene, 0)


def test_what_is_shown_can_be_learned_and_what_is_not_cannot(faces: Scene) -> None:
    none, mask = _found(faces, "none", "constant")
    assert (none.kind, none.name, none.statistic) == ("utility", "learn landmarks", "nme")
    assert none.value == pytest.approx(none.ceiling)
    assert none.value is not None
    assert none.chance is not None
    assert none.value < 0.5 * none.chance
    assert none.low is not None
    assert none.high is not None
    assert none.low <= none.value <= none.high
    assert mask.value == pytest.approx(mask.chance)  # always the average face
    page = "".join(landmarks(Run("run", [none, mask])))
    assert f"{none.value:.3f}" in page


def test_the_error_by_hand(faces: Scene) -> None:
    """Of who says the average: its distance, over that between the eyes."""
    known = np.array([p.face.points for p in faces.background if p.face])
    asked = np.array([p.face.points for p in faces.probes if p.face])
    apart = np.linalg.norm(asked[:, EYES[0]].mean(1) - asked[:, EYES[1]].mean(1), axis=1)
    off = np.linalg.norm(asked - known.mean(0), axis=2).mean(1) / apart
    (none,) = _found(faces, "none")
    assert none.chance == pytest.approx(off.mean(), rel=1e-4)


def test_people_who_are_asked_about_teach_nothing(faces: Scene) -> None:
    """Other gallery photos, same figures."""
    turned = tuple(p.with_pixels(p.pixels[::-1].copy()) for p in faces.gallery)
    assert _found(replace(faces, gallery=turned), "none") == _found(faces, "none")


def test_what_cannot_be_asked_is_said_or_left_out(faces: Scene) -> None:
    assert not _found(_scene(), "none")  # no landmarks
    lost = _worst("k_same", status="unavailable", value=None, reason="too few")
    (record,) = landmark_records([lost], faces, 0)
    assert (record.status, record.value, record.reason) == ("unavailable", None, "too few")
