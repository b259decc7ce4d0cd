"""New faces and cloaks on an accelerator are those of a processor; skipped where there is none."""

from pathlib import Path

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Defense, Photo
from unmask.defenses.face_swap.pipeline import inpainted, load_pipeline
from unmask.device import on_device
from unmask.evaluate.data.scene import Scene
from unmask.evaluate.recognizers.dlib_resnet import DlibResNet

pytestmark = [
    pytest.mark.gpu,
    # of other people's code: old names that diffusers and transformers use in each other
    pytest.mark.filterwarnings("ignore"),
]


def _both(defense: Defense, scene: Scene, accelerator: str) -> list[np.ndarray]:
    """Return what two photos become on the processor, on the accelerator, and there again."""
    found = []
    for name in ("cpu", accelerator, accelerator):
        with on_device(name):
            made = defense.many(scene.gallery[:2], seed=3)
        assert {one.outcome for one in made} == {"defended"}
        found.append(np.stack([one.photo.pixels for one in made]).astype(int))
    return found


def test_new_faces_of_the_small_model(scene: Scene, accelerator: str) -> None:
    # one candidate: which of several is taken may hang on a rounding
    here, there, again = _both(
        DEFENSES.build("face_swap:candidates=1,steps=4"), scene, accelerator
    )
    assert np.abs(there - here).mean() < 1  # grey levels; a processor may round to bfloat16
    assert np.array_equal(there, again)


def test_a_cloak(scene: Scene, accelerator: str) -> None:
    here, there, again = _both(DEFENSES.build("cloak:epsilon=4,steps=3"), scene, accelerator)
    # the ascent follows signs: where a slope is nearly 0 they differ, .05 of values on an H200
    assert (np.abs(there - here) > 1).mean() < 0.1
    assert np.array_equal(there, again)
    clean = DlibResNet().embed(scene.gallery[:2])
    far = [
        np.linalg.norm(DlibResNet().embed(_shown(scene, made)) - clean, axis=1)
        for made in (here, there)
    ]
    assert np.abs(far[0] - far[1]).max() < 0.05 < far[0].min()  # it moves a face alike


def _shown(scene: Scene, made: np.ndarray) -> list[Photo]:
    pairs = zip(scene.gallery, made.astype(np.uint8), strict=False)
    return [photo.with_pixels(pixels) for photo, pixels in pairs]


def test_crops_are_those_of_a_processor_and_of_any_batch(
    tiny_pipeline: Path, accelerator: str
) -> None:
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (4, 64, 64, 3), np.uint8)
    masks = np.zeros((4, 64, 64), bool)
    masks[:, 16:48, 16:48] = True
    seeds = [5, 6, 7, 8]
    here = inpainted(load_pipeline(str(tiny_pipeline)), crops, masks, seeds, prompt="a", steps=2)
    with on_device(accelerator):
        pipeline = load_pipeline(str(tiny_pipeline))
        there = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2)
        alone = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2, batch=1)
        again = inpainted(pipeline, crops, masks, seeds, prompt="a", steps=2)
    assert np.abs(there - alone).max() < 2  # grey levels
    assert np.abs(there - here).max() < 2
    assert np.array_equal(there, again)
