"""A defense is told nothing that a real one would not know, and cannot treat sides differently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest
from scipy import stats

from unmask.defenses import DEFENSES, Defended, Defense, Photo
from unmask.defenses.photo import Pixels
from unmask.evaluate.comparison.blind import blind, secret
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.likeness import ALARM, FEWEST, unlike
from unmask.evaluate.data.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Listening(Defense):
    """Writes down everything that it is told."""

    region: str = "image"
    needs_face: ClassVar = False
    heard: ClassVar[list[tuple[str, str, int]]] = []
    seen: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        self.heard.extend((photo.identity, photo.key, seed) for photo in photos)
        self.seen.extend(photo.key for photo in photos)
        return super().many(photos, seed=seed)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return np.ascontiguousarray(255 - photo.pixels)


@pytest.fixture
def hidden(scene: Scene) -> Blindfolded:
    Listening.heard.clear()
    return Blindfolded(Listening(), 0, blind(scene, 0).names)


def test_no_name_no_path_and_seeds_of_one_range(scene: Scene, hidden: Blindfolded) -> None:
    photos = blind(scene, 0)
    copies = OwnCopies(hidden)
    copies.with_release(photos.probes, (*photos.gallery, *photos.background))
    copies.varied(photos.gallery[:4], draws=3, seed=0)
    copies.again([photos.probes[0].with_pixels(photos.probes[0].pixels // 2)])
    names, keys, seeds = (set(column) for column in zip(*Listening.heard, strict=True))
    assert names == {""}
    assert all(len(key) == 24 and set(key) <= set("0123456789abcdef") for key in keys)
    assert not keys & {photo.key for photo in (*scene.gallery, *scene.probes)}
    assert len(seeds) > 1
    assert all(1 << 32 < seed < 1 << 48 for seed in seeds)  # one in 65,536 is smaller


def test_attackers_see_no_path_and_probes_no_name(scene: Scene) -> None:
    photos = blind(scene, 0)
    every = (*photos.gallery, *photos.probes, *photos.background)
    assert not any("/" in photo.key or "." in photo.key for photo in every)
    assert {photo.identity for photo in photos.probes} == {""}
    assert [p.identity for p in photos.gallery] == [p.identity for p in scene.gallery]
    assert photos.names[photos.probes[0].key] == scene.probes[0].key
    known = {photo.identity for photo in scene.background}
    assert not known & {photo.identity for photo in photos.strangers}
    assert len({photo.identity for photo in photos.strangers}) == len(known)
    assert blind(scene, 1).probes[0].key != photos.probes[0].key


def test_both_sides_take_turns_and_each_use_gets_a_fresh_object(
    scene: Scene, hidden: Blindfolded
) -> None:
    photos = blind(scene, 0)
    copies = OwnCopies(hidden)
    done = copies.with_release(photos.probes, photos.gallery)
    probes = {photo.key for photo in photos.probes}
    sides = [key in probes for _, key, _ in Listening.heard]
    assert sides not in (sorted(sides), sorted(sides, reverse=True))
    for photo, result in zip(photos.probes, done, strict=True):
        assert (result.photo.pixels == 255 - photo.pixels).all()
    assert hidden.defense.seen == []  # type: ignore[attr-defined]
    known = copies(photos.gallery)  # kept: nothing is defended twice
    assert (known[0].pixels == 255 - photos.gallery[0].pixels).all()
    assert len(Listening.heard) == len(photos.probes) + len(photos.gallery)


@dataclass(frozen=True, kw_only=True)
class TwoFaced(Listening):
    """Treats a photo by what it takes for the side: a seed, or how many it has seen."""

    random: ClassVar = True
    weak: ClassVar[Callable[[int], bool]] = lambda seed: False

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        done = super().many(photos, seed=seed)
        if not type(self).weak(seed):
            return done
        return [replace(one, photo=photo.with_pixels(photo.pixels // 2))
                for one, photo in zip(done, photos, strict=True)]  # fmt: skip

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        noise = rng.integers(-20, 20, photo.pixels.shape)
        return (photo.pixels + noise).clip(0, 255).astype(np.uint8)


def released(defense: Defense, scene: Scene) -> str:
    photos = blind(scene, 0)
    told = Blindfolded(defense, 0, photos.names)
    made = [d.photo for d in OwnCopies(told).with_release(photos.probes, photos.gallery)]
    return unlike(told, photos, made)


def test_one_that_treats_the_release_otherwise_is_told_apart(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert released(TwoFaced(), scene) == ""
    mine = secret(0, "release")
    monkeypatch.setattr(TwoFaced, "weak", lambda seed: seed == mine)
    assert "differs from what attackers get" in released(TwoFaced(), scene)


def test_one_that_counts_photos_is_told_apart(scene: Scene) -> None:
    @dataclass(frozen=True, kw_only=True)
    class FirstCome(Listening):
        count: ClassVar[list[int]] = [0]

        def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
            self.count[0] += 1
            grey = np.full_like(photo.pixels, 128)
            return photo.pixels[::-1].copy() if self.count[0] <= 30 else grey

    assert "come out otherwise" in released(FirstCome(), scene)


@pytest.mark.parametrize(
    "spec", ["none", "pixelate", "mask", "noise:sigma=0.3", "dp_pix", "dp_svd", "jpeg"]
)
def test_honest_defenses_raise_no_alarm(scene: Scene, spec: str) -> None:
    assert released(DEFENSES.build(spec), scene) == ""


def test_photos_too_few_to_alarm_are_not_ranked() -> None:
    assert stats.wilcoxon(np.arange(1.0, FEWEST)).pvalue > ALARM
