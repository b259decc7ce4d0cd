"""Is there anything left? The very photo is told from its defended version, or is not there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defense, Photo
from unmask.defenses.files.pictures import write_picture
from unmask.defenses.folder import Folder
from unmask.defenses.photo import Pixels
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.comparison.blind import blind
from unmask.evaluate.comparison.ceiling import ceiling, ceiling_record
from unmask.evaluate.comparison.defending import Blindfolded
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.report.ceiling import reading
from unmask.evaluate.results.records import Record


@dataclass(frozen=True)
class OwnKey(Defense):
    """Shuffle all pixels by a key that is made of them: two photos never share it."""

    needs_face: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return shuffled(photo.pixels, hashlib.sha256(photo.pixels.tobytes()).digest())


@dataclass(frozen=True)
class NewKey(Defense):
    """Shuffle all pixels by a key of each draw: the values are still those of the photo."""

    needs_face: ClassVar = False
    random: ClassVar = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return shuffled(photo.pixels, rng.bytes(32))


def shuffled(pixels: Pixels, key: bytes) -> Pixels:
    rng = np.random.default_rng(list(key))
    return np.asarray(rng.permutation(pixels.reshape(-1, 3)).reshape(pixels.shape), np.uint8)


def found(defense: Defense, scene: Scene) -> tuple[Attack, ...]:
    hidden = blind(scene, 0)
    blindfolded = Blindfolded(defense, 0, hidden.names)
    done = [d.photo for d in blindfolded.released(hidden.probes)]
    release = [p.with_pixels(d.pixels) for p, d in zip(hidden.probes, done, strict=True)]
    return ceiling(blindfolded, hidden, release, [], indices(scene.probes))


def told(attacks: tuple[Attack, ...]) -> dict[str, float]:
    return {one.name: float(one.credits["rank1"].mean()) for one in attacks}


def test_what_is_shuffled_by_its_own_content_is_there_though_nobody_finds_it(
    scene: Scene,
) -> None:
    assert told(found(OwnKey(region="image"), scene)) == {"pixels": 1.0}


def test_what_is_shuffled_anew_each_time_keeps_its_colours(scene: Scene) -> None:
    rates = told(found(NewKey(region="image"), scene))
    assert rates["pixels"] < 0.5
    assert rates["colours"] == 1.0


@dataclass(frozen=True)
class BrightStays(Defense):
    """Leave bright pictures as they are, and shuffle dark ones anew each time."""

    needs_face: ClassVar = False
    random: ClassVar = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        stays = photo.pixels.mean() > 128
        return photo.pixels if stays else shuffled(photo.pixels, rng.bytes(32))


def test_one_with_nearly_all_photos_hides_nothing_of_others(scene: Scene) -> None:
    """The figure is a mean over people, so what tells his photos alone is not enough."""
    rng = np.random.default_rng(0)
    probes = [
        Photo(rng.integers(low, low + 100, (24, 24, 3), np.uint8), f"{who}/{number}", who, ())
        for who, low, count in (("a", 150, 160), *((who, 0, 1) for who in "bcdefghi"))
        for number in range(count)
    ]
    uneven = replace(scene, probes=tuple(probes))
    attacks = found(BrightStays(region="image"), uneven)
    assert told(attacks)["pixels"] > 0.95
    people = indices(probes)
    made = Measured("bright", {}, people, (), (), (), ceiling=attacks)
    (line,) = ceiling_record(replace(record(0), value=None), made)
    assert (line.attack, line.value) == ("colours", 1.0)


@pytest.mark.parametrize("spec", ["mask:region=image", "constant"])
def test_of_one_colour_nothing_is_left(spec: str, scene: Scene) -> None:
    rates = told(found(DEFENSES.build(spec), scene))
    assert set(rates) == {"pixels", "colours"}
    assert max(rates.values()) == pytest.approx(1 / len(scene.probes))


def test_noise_alone_tells_nothing_and_own_copies_have_other_seeds(scene: Scene) -> None:
    rates = told(found(DEFENSES.build("mask:region=image,fill=noise"), scene))
    assert max(rates.values()) < 0.2


def test_of_another_program_a_second_draw_is_needed(scene: Scene, tmp_path: Path) -> None:
    some = replace(scene, probes=scene.probes[:6])
    for folder, shift in (("one", 0), ("two", 3)):
        for photo in (*some.gallery, *some.probes, *some.background):
            pixels = np.clip(photo.pixels.astype(int) + shift, 0, 255).astype(np.uint8)
            write_picture((tmp_path / folder / photo.key).with_suffix(".png"), pixels)
    (alone,) = found(Folder(str(tmp_path / "one")), some)
    assert (alone.status, alone.credits) == ("unavailable", {})
    assert "DIR1+DIR2" in alone.reason
    two = f"folder:path={tmp_path}/one+{tmp_path}/two,label=random"
    made = measure(two, some, Plan(("pixels",), (), ()))
    assert told(made.ceiling)["pixels"] == 1.0
    assert made.found["gallery"] == (len(some.gallery), len(some.gallery))
    assert made.found["probes"] == (6, 6)


def record(value: float) -> Record:
    return Record("d", "s", "b", "x", {}, "leakage", "ceiling", "rank1", value=value, chance=0.02)


def test_it_is_a_record_that_says_how_to_read_the_leakage(scene: Scene) -> None:
    made = measure("pixelate:blocks=4,region=image", scene, Plan(("pixels",), (), ()))
    again = restore(dump(made))
    (line,) = ceiling_record(replace(record(0), value=None), again)
    assert (line.kind, line.name, line.statistic, line.attack) == (
        "leakage", "ceiling", "rank1", "pixels",
    )  # fmt: skip
    assert line.value == 1.0
    assert line.chance == 1 / len(scene.probes)
    assert reading(0.1, record(0.9)) == "not broken yet"
    assert reading(0.1, record(0.03)) == "nothing is left"
    assert reading(0.1, record(0.3)) == "little is left"
    assert reading(0.9, record(1.0)) == "leaks"
    assert reading(None, record(1.0)) == ""
