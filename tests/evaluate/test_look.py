"""The attacker that goes by colours and textures, and what it measures of a picture."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage.feature import hog

from unmask.defenses import Photo
from unmask.defenses.drawn import odd_sizes
from unmask.evaluate.attackers.looks import edges_of, looks, textures_of, together
from unmask.evaluate.comparison.cases import CASES, planted
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.tints import tinted
from unmask.evaluate.data.scene import Scene


def rank1(spec: str, scene: Scene, *attackers: str) -> dict[str, float]:
    found = measure(spec, scene, Plan(attackers, ()), draws=1, judged=False).attacks
    assert all(attack.status == "ok" for attack in found), [a.reason for a in found]
    return {a.name: float(a.credits["rank1"].mean()) for a in found if a.credits}


def test_only_it_knows_people_by_the_frequency_of_colours(scene: Scene) -> None:
    case = CASES["tinted"]
    painted = planted(scene, case)
    assert rank1(case.defense, painted, "look")["look/fused"] >= 0.95
    others = "naive", "matched", "pixels", "purified", "probed", "retrained:draws=1"
    blind = rank1(case.defense, painted, *others)
    assert max(blind.values()) < 0.5, blind


def test_undefended_people_are_told_apart(scene: Scene) -> None:
    found = rank1("none", scene, "look")
    assert found["look/fused"] >= 0.85
    assert found["look/outside"] == found["look/whole"]  # nothing is outside


def test_where_nothing_is_left_it_is_at_chance(scene: Scene) -> None:
    for name, value in rank1("constant", scene, "look").items():
        assert value == pytest.approx(1 / 8), name


def test_behind_a_mask_it_goes_by_what_is_outside(scene: Scene) -> None:
    found = rank1("mask:region=ellipse", scene, "look")
    assert found["look/outside"] >= 0.5


def test_tints_have_one_lightness_and_no_mean(scene: Scene) -> None:
    first, second = (tinted(photo).pixels for photo in scene.gallery[:2])
    assert np.ptp(cv2.cvtColor(first, cv2.COLOR_RGB2GRAY)) <= 2
    assert first.reshape(-1, 3).mean(0) == pytest.approx([128] * 3, abs=2)
    assert not np.array_equal(first, second)  # of one person, at other places
    other = replace(scene.gallery[0], identity="somebody else")
    shades = [np.unique(p.reshape(-1, 3), axis=0).tolist()
              for p in (first, second, tinted(other).pixels)]  # fmt: skip
    assert shades[0] == shades[1] != shades[2]


def test_edges_are_those_of_an_independent_implementation() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (2, 64, 64), np.uint8)
    expected = [hog(one, 9, (8, 8), (2, 2)) for one in grey]
    assert edges_of(grey) == pytest.approx(np.stack(expected), abs=1e-5)


def test_textures_by_hand() -> None:
    flat = np.full((1, 8, 8), 7, np.uint8)
    assert textures_of(flat).reshape(4, 4, 10)[..., 8] == pytest.approx(1)  # none is darker
    checks = np.indices((8, 8)).sum(0)[None].astype(np.uint8) % 2
    found = textures_of(checks).reshape(4, 4, 10)
    # a bright square has darker ones on four sides, eight changes; a dark one has none
    assert found[1:3, 1:3, 9] == pytest.approx(np.sqrt(0.5))
    assert found[1:3, 1:3, 8] == pytest.approx(np.sqrt(0.5))
    assert (found**2).sum(-1) == pytest.approx(1)


def test_a_picture_looks_the_same_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(1)
    some = [rng.integers(0, 256, (40, 30, 3), np.uint8) for _ in range(3)]
    for alone, beside in zip(looks(some[:1]), looks(some), strict=True):
        assert np.array_equal(alone[0], beside[0])


def test_each_kind_of_look_weighs_alike() -> None:
    rng = np.random.default_rng(2)
    known = [rng.integers(0, 256, (40, 30, 3), np.uint8) for _ in range(8)]
    both = together(known, [photo.pixels for photo in odd_sizes()])
    start = 0
    for kind in looks(known):
        part = both.known[:, start : start + kind.shape[1]]
        assert np.sqrt((part.std(0) ** 2).sum()) == pytest.approx(1, abs=0.4)
        start += kind.shape[1]
    assert both.known.shape[1] == both.asked.shape[1] == start
    assert np.isfinite(both.asked).all()


def test_fine_colours_of_large_photos_are_seen(scene: Scene) -> None:
    """In a small square they are all one grey: it saw .20 of the whole photos of London."""

    def large(photos: tuple[Photo, ...]) -> tuple[Photo, ...]:
        return tuple(photo.with_pixels(cv2.resize(photo.pixels, (1200, 1300))) for photo in photos)

    grown = replace(scene, gallery=large(scene.gallery), probes=large(scene.probes))
    painted = planted(grown, CASES["tinted"])
    assert rank1("none", painted, "look")["look/whole"] >= 0.95


def test_dots_in_even_steps_do_not_hide_colours() -> None:
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 256, (960, 960, 3), np.uint8)
    dotted = picture.copy()
    for first in range(10):
        dotted[first::10, first::10] = 128
    before, after = (looks([one])[1][0] for one in (picture, dotted))
    assert np.abs(before - after).mean() < 0.02
