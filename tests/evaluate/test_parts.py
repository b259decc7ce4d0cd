"""The face alone and its context: nothing gets in from the other part, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defended, Face, Photo
from unmask.defenses.base import Defense
from unmask.defenses.faces.mean_face import MEAN_FACE
from unmask.defenses.faces.regions import REGIONS
from unmask.defenses.mask import Mask
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.blind import blind
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.parts import Asked, _solved, ask_parts, measure_part
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.region import USUAL, Region, digest_of, region_of
from unmask.evaluate.comparison.sparing import never
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.comparison.where import Parts
from unmask.evaluate.comparison.within import GREY, shape_of_region, within
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import Record

from .test_rows import attack, measured, proof_of

PIXELS = Plan(("pixels",), (), ())
KINDS = [kind for kind in REGIONS if kind != "image"]


def best(attacks: Sequence[Attack]) -> float:
    return max(float(one.credits["rank1"].mean()) for one in attacks)


def asked_of(defense: Defense, scene: Scene) -> Asked:
    """Attack the parts that any object leaves, as `measure` does by name."""
    hidden, region = blind(scene, 0), region_of(defense)
    assert region
    copies = OwnCopies(Blindfolded(defense, 0, hidden.names))
    done = copies.with_release(hidden.probes, hidden.gallery)
    return ask_parts(PIXELS, region, hidden, copies, done, indices(scene.probes), enough=never,
                     around=True)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_all_black_faces_are_one_picture(scene: Scene, kind: str) -> None:
    region, defense = Region(kind, 0.1, 0.0), Mask(region=kind)
    shape = shape_of_region(region)
    seen = [within(defense(p).photo, region) for p in scene.gallery]
    assert all(np.array_equal(one.pixels, seen[0].pixels) for one in seen)
    assert {one.faces for one in seen} == {(shape.face,)}
    assert set(np.unique(seen[0].pixels)) == {0, GREY}


def test_what_lies_outside_never_gets_in(scene: Scene) -> None:
    photo = scene.gallery[0]
    mask = USUAL.all(photo)
    other = photo.with_pixels(np.where(mask[..., None] > 0, photo.pixels, 255 - photo.pixels))
    assert np.array_equal(within(photo, USUAL).pixels, within(other, USUAL).pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_lies_inside_is_cut_off(scene: Scene, kind: str) -> None:
    photo, region = scene.gallery[3], Region(kind, 0.1, 0.0)
    mask = region.all(photo)
    black = photo.with_pixels(np.zeros_like(photo.pixels))
    empty, lost = within(black, region).pixels, 0
    spots = np.argwhere(mask[:-2, :-2] * mask[2:, 2:] > 0)[::40]
    for row, column in spots:
        pixels = black.pixels.copy()
        pixels[row : row + 3, column : column + 3] = 255
        lost += np.array_equal(within(photo.with_pixels(pixels), region).pixels, empty)
    assert lost == 0


def test_a_photo_without_a_face_counts_as_it_is() -> None:
    rng = np.random.default_rng(0)
    photo = Photo(rng.integers(0, 256, (60, 40, 3), np.uint8), faces=())
    seen = within(photo, USUAL)
    assert seen.pixels.std() > 20


def test_the_average_face_stays_upright_in_its_place() -> None:
    face = MEAN_FACE.moved(1, 1, 60)
    pixels = np.zeros((220, 190, 3), np.uint8)
    assert face.five is not None
    for x, y in np.rint(face.five).astype(int):
        pixels[y - 2 : y + 3, x - 2 : x + 3] = 255
    photo, shape = Photo(pixels, faces=(face,)), shape_of_region(USUAL)
    seen = within(photo, USUAL).pixels[..., 0]
    assert shape.face.five is not None
    assert all(seen[round(y), round(x)] > 150 for x, y in shape.face.five)


def test_faces_are_named_by_themselves_and_masks_are_not(scene: Scene) -> None:
    chance = 1 / scene.people
    whole = measure_part("face", USUAL, scene, PIXELS)
    assert best(whole.attacks) > 0.9
    masked = measure("mask", scene, PIXELS, photo=False, face=True)
    assert best(masked.face) == pytest.approx(chance)
    assert not masked.attacks
    assert not masked.face_doubts
    assert masked.region == "ellipse, margin 0.1"
    noise = measure("mask:fill=noise", scene, PIXELS, photo=False, face=True)
    assert best(noise.face) < chance + 0.25  # of 24 photos


def test_naming_one_with_nearly_all_photos_spares_nobody() -> None:
    """Else the ceiling of faces, a mean over people, were that of the first attacker."""
    people = np.array([0] * 60 + [1, 2])
    one = Attack("pixels", "pixels", credits={"rank1": (people == 0).astype(float)})
    assert not _solved([one], people)
    assert _solved([one], np.zeros(62, np.int64))


def test_the_context_of_a_mask_is_what_the_mask_leaves(scene: Scene) -> None:
    around = best(measure_part("context", USUAL, scene, PIXELS).attacks)
    grey = best(measure("mask:fill=grey", scene, PIXELS).attacks)
    assert around == pytest.approx(grey, abs=0.02)
    assert around > 0.3  # of ORL: clothes, hair, framing


def test_a_defense_of_the_whole_photo_has_no_parts(scene: Scene) -> None:
    found = measure("none", scene, PIXELS, photo=False, face=True)
    assert found.attacks
    assert not found.face
    assert not found.region


def test_equal_regions_are_measured_once(scene: Scene) -> None:
    assert region_of(DEFENSES.build("mask")) == region_of(DEFENSES.build("gaussian_blur"))
    one, other = (digest_of(r, scene.gallery) for r in (USUAL, Region("ellipse", 0.1 + 1e-9, 0.0)))
    assert one == other != digest_of(Region("eyes", 0.1, 0.0), scene.gallery)


@dataclass(frozen=True)
class Liar(Mask):
    """Says that it may change nothing, and changes nothing."""

    def mask(self, photo: Photo) -> np.ndarray:
        return np.zeros(photo.pixels.shape[:2], np.float32)

    mask_of = mask

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        return [Defended(photo, "defended", self.mask(photo)) for photo in photos]


@dataclass(frozen=True)
class Named(Mask):
    """Masks the face, and paints outside of it what it read there: who that is."""

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        return [self._marked(photo, one) for photo, one in
                zip(photos, super().many(photos, seed=seed), strict=True)]  # fmt: skip

    def _marked(self, clean: Photo, done: Defended) -> Defended:
        pixels = done.photo.pixels.copy()
        pixels[:3, :3] = clean.pixels[self.mask(clean) > 0].mean().astype(np.uint8)
        return replace(done, photo=clean.with_pixels(pixels))


@dataclass(frozen=True)
class Around(Mask):
    """Blanks all but the face."""

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        return [
            Defended(p.with_pixels(np.where(m[..., None] > 0, p.pixels, np.uint8(7))),
                     "defended", m)
            for p in photos for m in [self.mask(p)]
        ]  # fmt: skip


def test_a_defense_cannot_say_what_is_its_face(scene: Scene) -> None:
    seen = asked_of(Liar(), scene)
    assert best(seen.face) > 0.9
    assert not seen.face_doubts


def test_who_paints_outside_the_region_is_told(scene: Scene) -> None:
    seen = asked_of(Named(), scene)
    assert best(seen.face) == pytest.approx(1 / scene.people)
    told = "of 24 photos are changed outside the region (ellipse, margin 0.1)"
    assert told in seen.face_doubts[0]
    seen = asked_of(Around(), scene)
    assert best(seen.face) > 0.9
    assert "changed outside" in seen.face_doubts[0]


def test_regions_whose_size_names_people_tell_nothing(scene: Scene) -> None:
    """Boxes as large as the person's number, on black: only the outline could tell."""
    people = sorted({p.identity for p in scene.gallery})

    def sized(photos: Sequence[Photo]) -> tuple[Photo, ...]:
        return tuple(replace(p, faces=(_box(20 + 5 * people.index(p.identity)),)) for p in photos)

    other = replace(scene, gallery=sized(scene.gallery), probes=sized(scene.probes))
    seen = asked_of(Mask(region="box"), other)
    assert best(seen.face) == pytest.approx(1 / scene.people)


def _box(width: int) -> Face:
    return Face((5, 5, width, width + 10))


def test_a_store_keeps_the_face(scene: Scene) -> None:
    found = measure("mask", scene, PIXELS, photo=False, face=True)
    again = restore(dump(found))
    assert (again.region, again.face_doubts) == (found.region, found.face_doubts)
    assert [a.name for a in again.face] == [a.name for a in found.face]
    assert np.array_equal(again.face[0].credits["rank1"], found.face[0].credits["rank1"])


def records(found: Measured, parts: Parts | None, scene: Scene) -> dict[tuple[str, str], Record]:
    made = records_of(found, proof_of(), scene, Plan(("pixels",), ()), parts=parts)
    kept = ("worst", "face", "context")
    return {(r.kind, r.name): r for r in made if r.name in kept}


PARTS = Parts(measured("none", attack("pixels", 1.0)), measured("none", attack("pixels", 0.5)))


def test_three_figures_and_what_the_face_adds(scene: Scene) -> None:
    found = measured(
        "blur", attack("pixels", 0.8), region="ellipse", face=(attack("pixels", 0.2),)
    )
    seen = records(found, PARTS, scene)
    face, around = seen["leakage", "face"], seen["leakage", "context"]
    assert (face.value, face.status, face.attack) == (pytest.approx(0.2), "ok", "pixels")
    assert (around.value, around.status, around.defense) == (pytest.approx(0.5), "ok", "blur")
    assert face.ceiling == 1.0
    gap = seen["difference", "context"]
    assert gap.value == pytest.approx(0.3)
    assert gap.low is not None
    assert gap.low > 0
    assert gap.p is not None
    assert gap.p < 0.05


def test_where_the_whole_photo_may_change_the_face_is_the_photo(scene: Scene) -> None:
    seen = records(measured("jpeg", attack("pixels", 0.8)), None, scene)
    assert seen["leakage", "face"].value == seen["leakage", "worst"].value
    around = seen["leakage", "context"]
    assert (around.value, around.status) == (None, "unavailable")
    assert "nothing of it is left" in around.reason
    assert ("difference", "context") not in seen


@pytest.mark.parametrize(
    ("more", "parts", "reason"),
    [
        ({"face_doubts": ("3 photos are changed outside",)}, PARTS, "changed outside"),
        ({}, PARTS._replace(face=measured("none", attack("pixels", 0.6))), "name only 0.60"),
        ({"face": (attack("pixels", 0.2, status="invalid", reason="the attack broke: X: y"),
                   attack("retrained/pixels", 0.3))}, PARTS, "broke"),
        ({"lost_copies": {"KeyError": 1}, "copies": 9}, PARTS, "1 of 9 copies"),
    ],
)  # fmt: skip
def test_a_doubtful_face_is_a_lower_bound(
    scene: Scene, more: dict[str, object], parts: Parts, reason: str
) -> None:
    face = {"face": (attack("pixels", 0.2),), **more}
    found = measured("blur", attack("pixels", 0.8), region="ellipse", **face)
    seen = records(found, parts, scene)["leakage", "face"]
    assert seen.status == "at least"
    assert reason in seen.reason


def test_who_sees_more_but_cannot_look_at_parts_makes_a_lower_bound(scene: Scene) -> None:
    stronger = attack("probed", 0.9)
    found = measured("swirl", attack("pixels", 0.2), stronger, region="ellipse",
                     face=(attack("pixels", 0.2),))  # fmt: skip
    seen = records(found, PARTS, scene)["leakage", "face"]
    assert seen.status == "at least"
    assert "probed names 0.70 more on whole photos" in seen.reason


def test_without_an_attacker_of_parts_there_is_no_face(scene: Scene) -> None:
    found = measured("blur", attack("pixels", 0.8), region="ellipse")
    seen = records(found, PARTS, scene)["leakage", "face"]
    assert (seen.value, seen.status) == (None, "invalid")
