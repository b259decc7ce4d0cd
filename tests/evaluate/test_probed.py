"""The attacker that chooses what the defense is given, and what it makes of the answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defense, Face, Photo, Pixels
from unmask.defenses.drawn import made_up_people, odd_sizes
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.attackers.probed import Probed
from unmask.evaluate.attackers.probing.chosen import COLOURS, GREY, lit, plain, stripes
from unmask.evaluate.attackers.probing.places import filled, read_places
from unmask.evaluate.attackers.probing.tones import Response, Tables, learn_colours
from unmask.evaluate.attackers.probing.undoing import Probing, Recipe
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.statistics import rank_credit

PLAN = Plan(attackers=("probed",), metrics=())
SEED = 11


@dataclass
class Own:
    """An attacker's copy of a defense, with the seed of the release or with others."""

    defense: Defense
    disclosed: bool = False
    made: int = 0

    def again(self, photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        self.made += len(photos)
        seed = SEED if self.disclosed else 1000 + draw
        return [done.photo for done in self.defense.many(photos, seed=seed)]


def release(scene: Scene, defense: Defense) -> list[Photo]:
    done = defense.many(scene.probes, seed=SEED)
    return [replace(one.photo, identity="") for one in done]


def rank1(scene: Scene, own: Own) -> tuple[float, float]:
    """Return rank-1 and the share of photos that were brought back."""
    attacker = PLAN.build_attackers()[0]
    assert isinstance(attacker, Probed)
    attacker.fit(scene.gallery, scene.background, own)  # type: ignore[arg-type]
    scores = attacker.scores(release(scene, own.defense))[0]
    assert scores.people is not None
    return float(rank_credit(scores.people, indices(scene.probes), 1).mean()), scores.notes[
        "undone"
    ]


def mixed(scene: Scene) -> Scene:
    """Return the scene with photos of many sizes, no two probes of a person alike."""

    def sized(photos: Sequence[Photo]) -> tuple[Photo, ...]:
        return tuple(
            p.with_pixels(np.pad(p.pixels, ((0, 3 * i % 17), (0, 2 * i % 13), (0, 0)), "edge"))
            for i, p in enumerate(photos)
        )

    return replace(scene, gallery=sized(scene.gallery), probes=sized(scene.probes), background=())


@dataclass(frozen=True, kw_only=True)
class Rot180(Defense):
    region: str = "image"
    needs_face: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return photo.pixels[::-1, ::-1].copy()


@pytest.mark.parametrize("spec", ["permute", "invert:mirror=true", "swirl", "recolour", "rot180"])
def test_photos_of_any_size_are_brought_back(scene: Scene, spec: str) -> None:
    """With photos of many sizes `permute` printed 0.11 and `rot180` 0.30, and nobody said so."""
    defense = Rot180() if spec == "rot180" else DEFENSES.build(spec)
    reached, undone = rank1(mixed(scene), Own(defense))
    assert undone == 1
    assert reached >= 0.95


def test_it_is_an_attacker_like_the_others(scene: Scene) -> None:
    (found,) = measure("permute", scene, PLAN).attacks
    assert found.status == "ok", found.reason
    assert found.informed
    assert found.credits["rank1"].mean() >= 0.95
    (found,) = measure("constant", scene, PLAN).attacks
    assert found.credits["rank1"].mean() == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    ("spec", "most"),
    [
        ("none", 3),
        ("noise:sigma=0.3,region=image", 2),
        ("mask", 5),
        ("constant", 5),
        ("gaussian_blur", 30),
        ("pixelate", 30),
    ],
)
def test_where_nothing_can_be_undone_photos_stay(scene: Scene, spec: str, most: int) -> None:
    own = Own(DEFENSES.build(spec))
    _, undone = rank1(scene, own)
    assert undone == 0
    assert own.made <= most


@pytest.mark.parametrize(
    ("spec", "before", "after"),
    [
        ("noise:sigma=0.3,region=image", 50, 3),
        ("noise:sigma=1.0,region=image", 80, 12),
        ("noise:sigma=0.3", 30, 2),
    ],
)
def test_noise_of_a_known_seed_is_taken_off(
    scene: Scene, spec: str, before: float, after: float
) -> None:
    """Seed 0 for everybody: printed 0.53 for sigma 1, where subtraction reaches 1.00."""
    defense = DEFENSES.build(spec)
    probes = release(scene, defense)[:6]
    own = Own(defense, disclosed=True)
    attacker = PLAN.build_attackers()[0]
    assert isinstance(attacker, Probed)
    attacker.fit(scene.gallery, (), own)  # type: ignore[arg-type]
    attacker.scores(probes)
    made = attacker._all_undone(probes)
    noisy, left = (
        np.mean(
            [
                np.abs(a.pixels.astype(int) - b.pixels).mean()
                for a, b in zip(scene.probes, some, strict=False)
            ]
        )
        for some in (probes, made)
    )
    assert noisy > before
    assert left < after


def test_private_blocks_of_a_known_seed_are_plain_blocks(scene: Scene) -> None:
    """What comes back is the pixelated photo; only where noise left nothing there are holes."""
    text = "blocks=12,region=image"
    defense = DEFENSES.build(f"dp_pix:epsilon=2,{text}")
    plain_blocks = DEFENSES.build(f"pixelate:{text}")
    for photo, seen in zip(scene.probes[:4], release(scene, defense), strict=False):
        aim = plain_blocks(photo).photo.pixels
        undo = Probing(seen, Own(defense, disclosed=True).again).undo(Recipe(False, False))
        noisy, left = (
            np.abs(pixels.astype(int) - aim).mean() for pixels in (seen.pixels, undo(seen.pixels))
        )
        assert noisy > 15
        assert left < 0.15 * noisy


def test_with_a_known_seed_noise_names_everybody(scene: Scene) -> None:
    own = Own(DEFENSES.build("noise:sigma=1.0,region=image"), disclosed=True)
    assert rank1(scene, own)[0] >= 0.95


def test_one_undo_serves_all_photos_that_were_defended_alike(scene: Scene) -> None:
    own = Own(DEFENSES.build("permute"))
    rank1(scene, own)
    assert own.made < 3 * len(scene.probes)


@pytest.mark.parametrize("carriers", [GREY, COLOURS])
def test_stripes_tell_each_place(carriers: tuple[tuple[int, int, int], ...]) -> None:
    shape = (9, 14)
    order = np.random.default_rng(0).permutation(9 * 14)

    def shuffled(pixels: Pixels) -> Pixels:
        return 255 - pixels.reshape(-1, 3)[order].reshape(pixels.shape)

    black = shuffled(plain(shape, 0, grey=True))
    shown = [shuffled(lit(shape, carrier)) for carrier in carriers]
    striped = (shuffled(picture) for picture in stripes(shape, carriers))
    assert (read_places(black, shown, striped) == order).all()


def test_what_is_covered_has_no_place() -> None:
    shape = (8, 8)

    def covered(pixels: Pixels) -> Pixels:
        made = pixels.copy()
        made[2:5] = 77
        return made

    shown = [covered(lit(shape, GREY[0]))]
    places = read_places(
        covered(plain(shape, 0, grey=True)), shown, (covered(p) for p in stripes(shape, GREY))
    ).reshape(shape)
    assert (places[2:5] == -1).all()
    assert (places[5:] == np.arange(64).reshape(shape)[5:]).all()


def test_holes_are_filled_from_their_surroundings() -> None:
    ramp = np.repeat(np.linspace(0, 200, 32, dtype=np.float32)[None, :, None], 32, 0).repeat(3, 2)
    known = np.ones_like(ramp)
    known[10:20, 10:20] = 0
    assert np.abs(filled(ramp * known, known) - ramp).max() < 25
    assert (filled(ramp, known)[:10] == ramp[:10]).all()


def test_clipped_noise_is_read_where_it_is_not_clipped() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 80, (30, 30, 3))
    clean = rng.integers(0, 256, (30, 30, 3))

    def noisy(pixels: np.ndarray) -> Pixels:
        return np.rint(pixels + noise).clip(0, 255).astype(np.uint8)

    levels = (0, 32, 64, 96, 128, 160, 192, 224, 255)
    response = Response(levels, tuple(noisy(np.full_like(clean, g)) for g in levels))
    values, sure = response(noisy(clean))
    free = (noisy(clean) > 0) & (noisy(clean) < 255)
    assert sure[free].all()
    assert np.abs(values - clean)[free].mean() < 2
    assert sure.mean() < 0.95
    assert not response.is_straight


def test_exchanged_channels_and_values_are_a_table_each() -> None:
    rng = np.random.default_rng(0)
    clean = rng.integers(0, 256, (90, 90, 3), np.uint8)
    table = rng.permutation(256).astype(np.uint8)
    learned = learn_colours(clean, table[clean[..., [2, 0, 1]]], None)
    assert isinstance(learned, Tables)
    assert learned.sources == (1, 2, 0)
    other = rng.integers(0, 256, (5, 5, 3), np.uint8)
    assert np.abs(learned(table[other[..., [2, 0, 1]]])[0] - other).max() < 1


def test_mixed_colours_are_looked_up() -> None:
    rng = np.random.default_rng(0)
    clean = rng.integers(0, 256, (120, 120, 3), np.uint8)
    mix = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5]])

    def mixed_up(pixels: Pixels) -> Pixels:
        return np.asarray(np.rint(pixels @ mix), np.uint8)

    learned = learn_colours(clean, mixed_up(clean), None)
    other = rng.integers(0, 256, (20, 20, 3), np.uint8)
    assert np.abs(learned(mixed_up(other))[0] - other).mean() < 8


@pytest.mark.parametrize("spec", ["permute", "swirl", "recolour"])
def test_odd_photos_stop_nobody(spec: str) -> None:
    people = made_up_people(4)
    probes = [*odd_sizes(), Photo(np.zeros((5, 200, 3), np.uint8), "no face", faces=())]
    own = Own(DEFENSES.build(spec))
    attacker = PLAN.build_attackers()[0]
    attacker.fit(people, (), own)  # type: ignore[arg-type]
    defended = own.again(probes)
    scores = attacker.scores([*defended, *own.again(people)])[0].people
    assert scores is not None
    assert np.isfinite(scores).all()
    assert (scores[len(probes) :].argmax(1) == indices(people)).mean() >= 0.8


def test_a_defense_that_fails_on_a_photo_stops_nobody(scene: Scene) -> None:
    """Such a photo comes back as it was: there is nothing to undo on it."""
    own = Own(DEFENSES.build("permute"))
    plain_again: Callable[..., list[Photo]] = own.again

    def fails(photos: Sequence[Photo], *, draw: int = 0) -> list[Photo]:
        done = plain_again(photos, draw=draw)
        return [
            p if p.key == scene.gallery[0].key else d for p, d in zip(photos, done, strict=True)
        ]

    own.again = fails  # type: ignore[method-assign]
    assert rank1(scene, own)[0] >= 0.95


def test_a_face_over_the_border_is_no_obstacle() -> None:
    photo = replace(made_up_people(1)[0], faces=(Face((-30, -20, 90, 90)),))
    own = Own(DEFENSES.build("permute"))
    undo = Probing(own.again([photo])[0], own.again).undo(Recipe(True, False))
    assert np.abs(undo(own.again([photo])[0].pixels).astype(int) - photo.pixels).max() <= 1
