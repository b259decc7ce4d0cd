"""The attacker that cleans photos before it compares them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from unmask.defenses import Photo, Pixels
from unmask.defenses.drawn import odd_sizes
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.attackers.cleaning import (
    WAYS,
    median,
    smoothest_bits,
    smoothest_plane,
    smoothest_rows,
    smoothness,
    stretched,
)
from unmask.evaluate.attackers.purified import Purified, cleaned, distance_of, examples
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.statistics import rank_credit


def rank1(spec: str, scene: Scene, *attackers: str) -> dict[str, float]:
    found = measure(spec, scene, Plan(attackers, ()), draws=1, judged=False).attacks
    assert all(attack.status == "ok" for attack in found), [a.reason for a in found]
    return {a.name: float(a.credits["rank1"].mean()) for a in found if a.credits}


def test_only_it_sees_through_specks_by_a_face_model(scene: Scene) -> None:
    found = rank1("speckle", scene, "naive", "matched", "sought", "probed", "purified")
    assert found.pop("purified") >= 0.95
    assert found.pop("purified/matched") >= 0.9
    assert max(found.values()) < 0.7, found


def test_undefended_photos_stay_as_they_are(scene: Scene) -> None:
    found = measure("none", scene, Plan(("naive", "purified"), ()), judged=False).attacks
    naive, clean, _ = found
    assert clean.notes == {"way": 0}
    assert np.array_equal(naive.credits["rank1"], clean.credits["rank1"])


def test_where_nothing_is_left_it_is_at_chance(scene: Scene) -> None:
    for value in rank1("constant", scene, "purified").values():
        assert value == pytest.approx(1 / 8)


def faint(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return np.rint(126 + pixels / 64).astype(np.uint8)


def blue_alone(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    made = rng.integers(0, 256, pixels.shape, np.uint8)
    made[..., 2] = pixels[..., 2]
    return made


def woven(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    made = rng.integers(0, 256, pixels.shape, np.uint8)
    made[::2] = pixels[::2]
    return made


def low_bits(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return (rng.integers(0, 256, pixels.shape, np.uint8) & 240) | (pixels >> 4)


@dataclass
class Copies:
    """What an attacker owns of a trick."""

    trick: Callable[[Pixels, np.random.Generator], Pixels]

    def __call__(self, photos: tuple[Photo, ...], *, draw: int = 1) -> list[Photo]:
        rng = np.random.default_rng(draw)
        return [photo.with_pixels(self.trick(photo.pixels, rng)) for photo in photos]


@pytest.mark.parametrize("trick", [faint, blue_alone, woven, low_bits])
def test_faint_faces_and_such_among_noise_are_seen(
    scene: Scene, trick: Callable[[Pixels, np.random.Generator], Pixels]
) -> None:
    defend = Copies(trick)
    probes = [replace(photo, identity="") for photo in defend(scene.probes, draw=0)]
    attacker = Plan(("purified",)).build_attackers()[0]
    assert isinstance(attacker, Purified)
    scores = attacker.fit(scene.gallery, (), defend).scores(probes)[0]  # type: ignore[arg-type]
    assert scores.people is not None
    assert scores.notes["way"] > 0
    assert rank_credit(scores.people, indices(scene.probes), 1).mean() >= 0.85


def test_the_distance_of_people_in_numbers() -> None:
    people = np.array([0, 0, 1])
    similarity = np.array([[9.0, 4.0, 1.0], [3.0, 2.0, 7.0]], np.float32)
    # photo 0 is compared with photo 1, its person's other one; photo 2 has only itself
    expected = ((4 + 7) / 2 - (1 + 3 + 2) / 3) / np.std([1, 3, 2])
    assert distance_of(similarity, np.array([0, 2]), people) == pytest.approx(expected)
    alone = distance_of(np.ones((1, 1), np.float32), np.array([0]), np.array([0]))
    assert alone == 0
    assert distance_of(np.ones((2, 3), np.float32), np.array([0, 2]), people) == 0


def test_examples_are_of_different_people() -> None:
    assert examples(np.array([1, 1, 0, 0, 2]), 8).tolist() == [0, 2, 4]
    assert len(examples(np.repeat(np.arange(50), 3), 8)) == 8


def test_the_median_is_that_of_an_independent_implementation() -> None:
    from scipy.ndimage import median_filter

    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    expected = median_filter(pixels, (3, 3, 1), mode="nearest")
    assert np.array_equal(median(Photo(pixels, faces=()), 0), expected)


def test_the_faintest_picture_is_stretched_to_all_levels() -> None:
    ramp = np.repeat(np.arange(126, 131, dtype=np.uint8)[None, :, None], 3, 2)
    pixels = cv2.resize(ramp, (50, 40), interpolation=cv2.INTER_NEAREST)
    made = stretched(Photo(pixels, faces=()))
    assert np.unique(made).tolist() == pytest.approx([0, 63, 127, 191, 255], abs=1)


def test_the_rows_bits_and_planes_that_hold_a_picture_are_found() -> None:
    ramp = np.arange(0, 240, 4, dtype=np.uint8)[:, None] + np.arange(15, dtype=np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (*ramp.shape, 3), np.uint8)
    made = noise.copy()
    made[1::3] = ramp[1::3, :, None]
    rows = smoothest_rows(Photo(made, faces=()))
    assert np.array_equal(rows[::3], made[1::3])
    assert np.array_equal(rows[1::3], made[1::3])
    low = (noise & 240) | (ramp // 16)[..., None]
    bits = smoothest_bits(Photo(low, faces=()))[..., 0].astype(int)
    assert np.corrcoef(bits.ravel(), ramp.ravel())[0, 1] > 0.95
    made = noise.copy()
    made[..., 0] = noise[..., 2] // 2 + ramp // 2  # red less blue, and neither of them alone
    made[..., 2] //= 2
    plane = smoothest_plane(Photo(made, faces=()))[..., 0].astype(int)
    assert abs(np.corrcoef(plane.ravel(), ramp.ravel())[0, 1]) > 0.95


def test_smoothness_in_numbers() -> None:
    assert smoothness(np.zeros((4, 4), np.int16)) == -1
    assert smoothness(np.array([[0, 0], [1, 1]], np.int16)) == pytest.approx(1 - 1 / (4 * 0.25))
    noise = np.random.default_rng(0).integers(-99, 99, (200, 200), np.int16)
    assert smoothness(noise) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("way", WAYS)
def test_photos_of_any_size_are_cleaned(way: str) -> None:
    for photo in odd_sizes():
        (made,) = cleaned([photo], way)
        assert made.pixels.shape == photo.pixels.shape
        assert made.pixels.dtype == np.uint8
