"""What anybody reaches around the face counts for the photo, whatever is painted over the face."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from unmask.defenses import Defended, Photo, Pixels
from unmask.defenses.base import Defense
from unmask.defenses.mask import Mask
from unmask.evaluate.attackers.base import indices
from unmask.evaluate.comparison.assemble import records_of
from unmask.evaluate.comparison.blind import blind
from unmask.evaluate.comparison.defending import Blindfolded, OwnCopies
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.measured import Attack, Measured
from unmask.evaluate.comparison.ordering import differences
from unmask.evaluate.comparison.parts import Asked, ask_parts
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.pooled import pooled
from unmask.evaluate.comparison.region import USUAL, region_of
from unmask.evaluate.comparison.run import compare
from unmask.evaluate.comparison.sparing import never
from unmask.evaluate.comparison.store import dump, restore
from unmask.evaluate.comparison.where import Parts, with_context
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.results.records import find

from .test_rows import attack, measured, proof_of

PIXELS = Plan(("pixels",), (), ())
CLEAN = measured("none", attack("pixels", 1.0))
PARTS = Parts(CLEAN, measured("none", attack("pixels", 0.6), attack("look", 0.5)))


def blurred(photo: float, *, kept: bool = True, **more: object) -> Measured:
    seen = attack("naive", 0.1, informed=False), attack("pixels", photo)
    face = (attack("pixels", 0.2),)
    return measured("blur", *seen, region="ellipse", face=face, kept=kept, **more)


def best(attacks: Sequence[Attack]) -> float:
    return max(float(one.credits["rank1"].mean()) for one in attacks)


def test_a_row_leaks_no_less_than_what_is_around_the_face(scene: Scene) -> None:
    found = with_context(blurred(0.3), PARTS)
    made = records_of(found, proof_of(), scene, Plan(("pixels",), ()), parts=PARTS)
    worst, around = made[0], next(r for r in made if r.name == "context")
    assert (worst.status, worst.attack) == ("ok", "pixels, context alone")
    assert worst.value == around.value == pytest.approx(0.6)
    beyond = next(r for r in made if r.kind == "difference")
    assert (beyond.value, beyond.p) == (0.0, 1.0)
    higher = records_of(with_context(blurred(0.7), PARTS), proof_of(), scene, PIXELS, parts=PARTS)
    assert (higher[0].attack, higher[0].value) == ("pixels", pytest.approx(0.7))


def test_orders_of_defenses_know_it_too(scene: Scene) -> None:
    both = [with_context(blurred(0.3), PARTS),
            replace(with_context(blurred(0.2), PARTS), defense="noise")]  # fmt: skip
    worst = [records_of(one, proof_of(), scene, PIXELS, parts=PARTS)[0] for one in both]
    gaps = differences(both, proof_of(), worst)
    assert next(r.value for r in gaps if r.name != "naive") == 0


def test_who_broke_around_the_face_makes_the_row_a_bound(scene: Scene) -> None:
    lost = replace(attack("look", 0.0), credits={}, status="invalid", reason="the attack broke: X")
    parts = PARTS._replace(context=measured("none", attack("pixels", 0.6), lost))
    row = records_of(with_context(blurred(0.3), parts), proof_of(), scene, PIXELS, parts=parts)[0]
    assert row.status == "at least"
    assert "look, context alone did not count" in row.reason


def test_of_a_defense_of_the_whole_photo_nothing_is_around() -> None:
    found = measured("jpeg", attack("pixels", 0.3))
    assert with_context(found, None) is found
    assert not with_context(found, PARTS).context


def test_what_was_measured_around_it_stays_in_store_and_folds() -> None:
    found = blurred(0.3, kept=False, around=(attack("pixels", 0.7),))
    assert with_context(found, PARTS) is found
    again = restore(dump(found))
    assert np.array_equal(again.around[0].credits["rank1"], found.around[0].credits["rank1"])
    whole = [with_context(blurred(photo), PARTS) for photo in (0.3, 0.4)]
    both = pooled(whole)
    assert both.kept
    assert best(both.context) == pytest.approx(0.6)
    settled = pooled([found, blurred(0.9)])  # where nobody was asked others had named more
    assert not settled.kept
    assert [(one.name, one.status) for one in settled.around] == [("pixels", "ok")]
    assert best(settled.around) == pytest.approx(0.8)


def test_noise_over_the_face_drowns_nothing_around_it(tmp_path: Path, scene: Scene) -> None:
    spec = "mask:fill=noise"
    found = compare(scene, [spec], PIXELS, folder=tmp_path / "run", few=True, progress=None)
    row = found.worst(spec).worst
    own = found.measured[row.defense]
    around = find(found.records, name="context", kind="leakage")[0]
    assert best(own.attacks) < 0.6 < best(own.context)
    assert row.value == around.value
    assert row.attack.endswith(", context alone")


@dataclass(frozen=True)
class Spot(Mask):
    """Noise over the face, and one changed pixel far from it."""

    name: ClassVar[str] = "spot"

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        return [self._spotted(one) for one in super().many(photos, seed=seed)]

    def _spotted(self, done: Defended) -> Defended:
        pixels = done.photo.pixels.copy()
        pixels[0, 0] = 255 - pixels[0, 0]
        return replace(done, photo=done.photo.with_pixels(pixels))


@dataclass(frozen=True)
class Program(Mask):
    """Noise over the face, by a program of which nobody knows where it paints."""

    name: ClassVar[str] = "program"
    foreign: ClassVar[bool] = True


@pytest.mark.parametrize("defense", [Spot(fill="noise"), Program(fill="noise")])
def test_who_changes_more_than_its_region_is_looked_at_around_it(
    defense: Defense, scene: Scene
) -> None:
    asked = asked_of(defense, scene)
    assert best(asked.around) > 0.6
    assert bool(asked.face_doubts) == (defense.name == "spot")
    assert not asked.kept


@dataclass(frozen=True)
class Boast(Mask):
    """Noise over the face, by a defense that says that it may change more."""

    name: ClassVar[str] = "boast"
    needs_face: ClassVar = False

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        inside = USUAL.all(photo)[..., None] > 0
        return np.where(inside, super().apply(photo, rng), photo.pixels)


@pytest.mark.parametrize(
    "said", [{"region": "image"}, {"region": "box", "margin": 1.5}, {"region": "head"}]
)
def test_who_says_that_it_may_change_more_is_looked_at_around_the_face(
    said: dict[str, Any], scene: Scene
) -> None:
    asked = asked_of(Boast(fill="noise", **said), scene)
    assert best(asked.around) > 0.6
    found = measured("boast", attack("pixels", 0.3), around=(attack("pixels", 0.6),))
    row = records_of(found, proof_of(), scene, PIXELS)[0]
    assert (row.value, row.attack) == (pytest.approx(0.6), "pixels, around the face")


def test_nobody_is_asked_around_a_face_whom_others_have_named(scene: Scene) -> None:
    spared = measure("none", scene, PIXELS, face=True, spare=True)
    asked = measure("jpeg:quality=5", scene, PIXELS, face=True, spare=True)
    assert bool(spared.around) == (best(spared.attacks) < 1)
    assert bool(asked.around) == (best(asked.attacks) < 1)
    assert not measure("mask", scene, PIXELS, face=True).around  # its region is a face


def asked_of(defense: Defense, scene: Scene) -> Asked:
    """Attack the parts that any object leaves, as `measure` does by name."""
    hidden, region = blind(scene, 0), region_of(defense)
    copies = OwnCopies(Blindfolded(defense, 0, hidden.names))
    done = copies.with_release(hidden.probes, hidden.gallery)
    people = indices(scene.probes)
    return ask_parts(PIXELS, region, hidden, copies, done, people, enough=never, around=True)


@pytest.mark.parametrize("hidden", [Mask(region="image"), Mask(region="image", fill="noise")])
def test_the_place_of_a_face_that_nobody_can_see_names_nobody(
    hidden: Defense, scene: Scene
) -> None:
    """A hole at the place of each face would tell it on photos that are black all over."""
    assert not asked_of(hidden, scene).around
