"""Photos are handled one by one: an odd one never switches an attack off for the rest."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.planted import measure_case
from unmask.evaluate.data.scene import Scene

PLAN = Plan(attackers=("pixels", "restored:variants=pixels"), metrics=(), recognizers=("dlib",))


def narrower(photos: Sequence[Photo], *which: int) -> tuple[Photo, ...]:
    """Cut one column of pixels off some photos."""
    return tuple(
        photo.with_pixels(photo.pixels[:, :-1].copy()) if i in which else photo
        for i, photo in enumerate(photos)
    )


def rank1(scene: Scene) -> dict[str, float]:
    found = measure("permute", scene, PLAN).attacks
    assert all(attack.status == "ok" for attack in found), [a.reason for a in found]
    return {attack.name: float(attack.credits["rank1"].mean()) for attack in found}


@pytest.fixture(scope="module")
def even(scene: Scene) -> dict[str, float]:
    return rank1(scene)


@pytest.mark.parametrize("part", ["probes", "gallery", "background"])
def test_an_odd_photo_does_not_hide_the_rest(
    scene: Scene, even: dict[str, float], part: str
) -> None:
    """One column of pixels cut from one probe of 80 took `permute` from 1.00 to 0.26."""
    assert max(even.values()) == 1
    changed = replace(scene, **{part: narrower(getattr(scene, part), 0)})
    one = 1 / len(scene.probes)
    found = rank1(changed)
    for name, reached in even.items():
        assert found[name] >= reached - 1.5 * one, name


def test_people_known_by_a_mark_outside_are_found_though_no_two_photos_have_one_size(
    scene: Scene,
) -> None:
    def mixed(photos: Sequence[Photo], first: int) -> tuple[Photo, ...]:
        return tuple(
            photo.with_pixels(
                np.pad(photo.pixels, ((0, first + 2 * i), (0, i % 9), (0, 0)), "edge")
            )
            for i, photo in enumerate(photos)
        )

    uneven = replace(scene, gallery=mixed(scene.gallery, 0), probes=mixed(scene.probes, 1))
    found = measure_case("marked", uneven, Plan(("pixels",), ()))
    assert max(a.credits["rank1"].mean() for a in found.attacks) >= 0.9
