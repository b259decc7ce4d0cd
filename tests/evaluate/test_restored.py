"""The attacker that undoes a defense before it recognizes."""

from dataclasses import replace

import pytest

from unmask.evaluate.measure import Attack, measure
from unmask.evaluate.plan import Plan
from unmask.evaluate.scene import Scene, prepare


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Six background people with ten photos: fewer teach too little to undo a defense."""
    return prepare("orl:people=24,photos=10")


PLAN = Plan(attackers=("naive", "restored"))


def attacks(spec: str, scene: Scene) -> dict[str, Attack]:
    return {attack.name: attack for attack in measure(spec, scene, PLAN).attacks}


def rank1(attack: Attack) -> float:
    assert attack.status == "ok", attack.reason
    return float(attack.credits["rank1"].mean())


@pytest.mark.parametrize("spec", ["permute", "invert:mirror=true"])
def test_a_shuffle_and_a_substitution_are_undone(scene: Scene, spec: str) -> None:
    found = attacks(spec, scene)
    assert rank1(found["naive"]) < 0.6
    assert rank1(found["restored/pixels"]) >= 0.95


def test_a_blur_is_sharpened(scene: Scene) -> None:
    found = attacks("gaussian_blur:sigma=0.08,region=image", scene)
    assert rank1(found["restored/linear"]) >= rank1(found["naive"]) + 0.15


def test_a_constant_picture_stays_chance(scene: Scene) -> None:
    for attack in attacks("constant", scene).values():
        assert rank1(attack) == pytest.approx(1 / 12)


def test_photos_of_mixed_sizes_say_why_pixels_cannot_be_matched(scene: Scene) -> None:
    def cut(photos: tuple[object, ...]) -> tuple[object, ...]:
        first = photos[0]
        return (replace(first, pixels=first.pixels[:-3].copy()), *photos[1:])  # type: ignore[attr-defined,type-var]

    mixed = replace(
        scene,
        gallery=cut(scene.gallery),
        probes=cut(scene.probes),
        background=cut(scene.background),
    )
    found = attacks("pixelate:blocks=6,region=image", mixed)
    assert found["restored/pixels"].status == "unavailable"
    assert "size" in found["restored/pixels"].reason
    assert found["restored/linear"].status == "ok"
