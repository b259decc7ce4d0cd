"""Pictures of another program under wrong names are no privacy."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Photo
from unmask.evaluate.comparison.measure import measure
from unmask.evaluate.comparison.misnamed import misnamed
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.data.scene import Scene

Order = Callable[[Sequence[Photo]], list[Photo]]


def every(scene: Scene) -> tuple[Photo, ...]:
    return (*scene.probes, *scene.gallery, *scene.background)


def shuffled(photos: Sequence[Photo]) -> list[Photo]:
    return [photos[i] for i in np.random.default_rng(0).permutation(len(photos))]


def two_swapped(photos: Sequence[Photo]) -> list[Photo]:
    return [photos[-1], *photos[1:-1], photos[0]]


def told_of(scene: Scene, spec: str, order: Order) -> str:
    photos = every(scene)
    made = [done.photo for done in DEFENSES.build(spec).fit(scene.background).many(photos)]
    return misnamed(photos, order(made), photos)


@pytest.mark.parametrize("spec", ["none", "gaussian_blur", "pixelate:blocks=4,region=image",
                                  "noise:sigma=1.0,region=image"])  # fmt: skip
def test_pictures_of_others_are_seen(scene: Scene, spec: str) -> None:
    assert "look like the photo of somebody else" in told_of(scene, spec, shuffled)
    assert told_of(scene, spec, list) == ""


def test_one_that_failed_among_pictures_that_are_alike_is_no_slip(scene: Scene) -> None:
    grey = [photo.with_pixels(np.full_like(photo.pixels, 7)) for photo in scene.probes[1:]]
    assert misnamed(scene.probes, [scene.probes[0], *grey], every(scene)) == ""


def test_two_that_were_exchanged_are_seen(scene: Scene) -> None:
    assert told_of(scene, "jpeg", two_swapped).startswith("2 of ")


@pytest.mark.parametrize("spec", ["constant", "mask:region=image", "k_same:k=2,region=image",
                                  "permute", "move", "invert:mirror=true"])  # fmt: skip
def test_what_shows_nobody_or_shows_people_otherwise_is_no_slip(scene: Scene, spec: str) -> None:
    assert told_of(scene, spec, list) == ""
    assert told_of(scene, spec, shuffled) == ""


@pytest.mark.parametrize("part", ["probes", "gallery"])
def test_a_folder_with_mixed_up_names_is_a_lower_bound(
    scene: Scene, tmp_path: Path, part: str
) -> None:
    blur = DEFENSES.build("gaussian_blur:sigma=0.05")
    for photos in (scene.probes, scene.gallery, scene.background):
        made = [done.photo for done in blur.many(photos)]
        made = shuffled(made) if photos is getattr(scene, part) else made
        for photo, picture in zip(photos, made, strict=True):
            file = (tmp_path / photo.key).with_suffix(".png")
            file.parent.mkdir(exist_ok=True)
            Image.fromarray(picture.pixels).save(file)
    spec = DEFENSES.build("folder", path=str(tmp_path)).spec
    (doubt,) = [d for d in measure(spec, scene, Plan(("pixels",), ())).doubts if "look like" in d]
    assert f"of {len(scene.probes) if part == 'probes' else 48} pictures" in doubt


@pytest.mark.parametrize("part", ["gallery", "background"])
def test_originals_among_what_is_learned_from_are_seen(
    scene: Scene, tmp_path: Path, part: str
) -> None:
    """The program ran on the people to be named alone, and the rest was copied."""
    blur = DEFENSES.build("gaussian_blur")
    for photos in (scene.probes, scene.gallery, scene.background):
        made = photos if photos is getattr(scene, part) else [d.photo for d in blur.many(photos)]
        for photo, picture in zip(photos, made, strict=True):
            file = (tmp_path / photo.key).with_suffix(".png")
            file.parent.mkdir(exist_ok=True)
            Image.fromarray(picture.pixels).save(file)
    spec = DEFENSES.build("folder", path=str(tmp_path)).spec
    doubts = measure(spec, scene, Plan(("pixels",), ())).doubts
    assert any(f"24 of 24 {part} pictures are hardly changed, and 0 of" in d for d in doubts)
