"""The attacker that looks for the face, wherever a defense has put it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from unmask.defenses import DEFENSES, Photo, Pixels
from unmask.defenses.drawn import odd_sizes
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.attackers.sought import Sought
from unmask.evaluate.attackers.ways_up import faces_anew
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.statistics import rank_credit

PLAN = Plan(attackers=("naive", "sought"), metrics=())


def rank1(spec: str, scene: Scene) -> dict[str, float]:
    found = measure(spec, scene, PLAN).attacks
    assert all(attack.status == "ok" for attack in found), [a.reason for a in found]
    return {attack.name: float(attack.credits["rank1"].mean()) for attack in found}


@pytest.mark.parametrize("spec", ["move", "turn", "invert"])
def test_a_face_that_is_only_elsewhere_is_named(scene: Scene, spec: str) -> None:
    """An evaluation that only looks at the old place called these private."""
    found = rank1(spec, scene)
    assert found["naive"] < 0.7
    assert found["sought"] >= 0.95


@pytest.mark.parametrize("spec", ["none", "crop"])
def test_nothing_is_lost_by_looking_around(scene: Scene, spec: str) -> None:
    found = rank1(spec, scene)
    assert found["sought"] >= max(0.95, found["naive"] - 0.05)


def test_where_nothing_is_left_it_is_at_chance(scene: Scene) -> None:
    assert rank1("constant", scene)["sought"] == pytest.approx(1 / 8)


def in_a_corner(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    made = rng.integers(0, 256, pixels.shape, np.uint8)
    small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    made[-small.shape[0] :, -small.shape[1] :] = small
    return made


def rolled(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = pixels.shape[:2]
    return np.roll(pixels, (height // 2, int(rng.integers(width))), (0, 1))


def as_they_are(photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
    return [*photos]


@pytest.mark.parametrize("trick", [in_a_corner, rolled])
def test_small_faces_and_faces_in_two_parts_are_found(
    scene: Scene, trick: Callable[[Pixels, np.random.Generator], Pixels]
) -> None:
    rng = np.random.default_rng(0)
    seen = [replace(p, pixels=trick(p.pixels, rng), identity="") for p in scene.probes]
    attacker = PLAN.build_attackers()[1]
    assert isinstance(attacker, Sought)
    scores = attacker.fit(scene.gallery, (), as_they_are).scores(seen)[0]  # type: ignore[arg-type]
    assert scores.people is not None
    assert rank_credit(scores.people, indices(scene.probes), 1).mean() >= 0.9


def moved_and_blurred(photos: Sequence[Photo], *, draw: int = 1) -> list[Photo]:
    move = DEFENSES.build("move")
    done = [move(photo, seed=draw).photo for photo in photos]
    return [p.with_pixels(np.asarray(cv2.GaussianBlur(p.pixels, (0, 0), 4), np.uint8))
            for p in done]  # fmt: skip


def test_one_who_knows_the_defense_searches_defended_gallery_photos(scene: Scene) -> None:
    """A clean gallery looks unlike faces that were blurred beside being moved."""
    probes = [replace(p, identity="") for p in moved_and_blurred(scene.probes, draw=0)]
    attacker = PLAN.build_attackers()[1].fit(scene.gallery, (), moved_and_blurred)  # type: ignore[arg-type]
    clean, matched = attacker.scores(probes)
    assert (clean.informed, matched.informed) == (False, True)
    rates = [rank_credit(s.people, indices(scene.probes), 1).mean()
             for s in (clean, matched) if s.people is not None]  # fmt: skip
    assert rates[1] >= rates[0] + 0.1, rates


def test_no_gallery_photo_is_searched_where_faces_are_in_their_places(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Photo] = []
    monkeypatch.setattr(
        "unmask.evaluate.attackers.sought.faces_anew",
        lambda photo, kinds: (looked.append(photo), [])[1],
    )
    found = measure("none", scene, PLAN, judged=False).attacks
    assert len(looked) == len(scene.probes)
    assert [(a.name, a.informed) for a in found] == [
        ("naive", False), ("sought", False), ("sought/matched", True)
    ]  # fmt: skip


def test_a_face_in_its_place_is_not_embedded_again(scene: Scene) -> None:
    assert not [face for photo in scene.probes for face in faces_anew(photo)]


def test_a_turned_face_is_handed_over_upright(scene: Scene) -> None:
    photo = scene.probes[0]
    assert photo.face
    assert photo.face.five is not None
    defense = DEFENSES.build("turn")
    turned = replace(defense(photo).photo, faces=())
    (face, *_) = faces_anew(turned)
    assert face.face
    assert face.face.five is not None
    right, left = face.face.five[:2].mean(0), face.face.five[2:4].mean(0)
    assert right[0] - left[0] > 4 * abs(right[1] - left[1])  # the eyes lie side by side
    before = photo.face.five[:2].mean(0) - photo.face.five[2:4].mean(0)
    assert right[0] - left[0] == pytest.approx(before[0], rel=0.15)


def test_photos_of_any_size_are_looked_at() -> None:
    large = Photo(np.full((1500, 1000, 3), 90, np.uint8), faces=())
    for photo in (*odd_sizes(), large):
        for face in faces_anew(photo):
            assert face.face
            assert face.pixels.size
