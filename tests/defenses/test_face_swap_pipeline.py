import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.defenses.face_swap.face_swap import FaceSwap
from unmask.defenses.face_swap.pipeline import inpainted, load_pipeline, side_of
from unmask.evaluate.data.scene import Scene

# of other people's code: old names that diffusers and transformers use in each other
pytestmark = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def folder(tiny_pipeline: Path) -> Path:
    return tiny_pipeline


@pytest.fixture(scope="module")
def photos(scene: Scene) -> list[Photo]:
    return [scene.gallery[0], scene.gallery[-1]]


def _swap(folder: Path, **more: Any) -> FaceSwap:
    return FaceSwap(**({"model": str(folder), "steps": 2, "candidates": 1} | more))


def test_a_grey_photo_changes_in_the_region_only_and_stays_grey(
    folder: Path, photos: list[Photo], any_face: None
) -> None:
    photo = photos[0]
    made = _swap(folder)(photo)
    assert photo.is_grey
    assert made.outcome == "defended"
    assert made.photo.pixels.shape == photo.pixels.shape
    assert made.photo.pixels.dtype == np.uint8
    assert made.photo.is_grey
    moved = np.abs(made.photo.pixels.astype(int) - photo.pixels).max(-1)
    assert not moved[made.mask == 0].any()
    assert (moved[made.mask == 1] > 2).mean() > 0.7


def test_the_seed_decides_and_the_batch_does_not(
    folder: Path, photos: list[Photo], any_face: None
) -> None:
    defense = _swap(folder, candidates=2)
    together = [one.photo.pixels for one in defense.many(photos, seed=3)]
    backwards = [one.photo.pixels for one in defense.many(photos[::-1], seed=3)][::-1]
    alone = [defense(photo, seed=3).photo.pixels for photo in photos]
    for a, b, c in zip(together, backwards, alone, strict=True):
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)
    assert not np.array_equal(together[0], defense(photos[0], seed=4).photo.pixels)


def test_consistency_holds_for_the_pipeline(
    folder: Path, photos: list[Photo], any_face: None
) -> None:
    fixed = _swap(folder, consistency="fixed")
    one, other = (fixed(photos[0], seed=seed).photo.pixels for seed in (1, 2))
    assert np.array_equal(one, other)


def test_crops_in_one_batch_are_as_alone(folder: Path) -> None:
    pipeline = load_pipeline(str(folder))
    side = side_of(pipeline)
    assert side == 64
    crops = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    masks = np.zeros((2, side, side), bool)
    masks[:, 16:48, 16:48] = True
    made = [
        inpainted(pipeline, crops, masks, [5, 6], prompt="a face", steps=2, batch=batch)
        for batch in (1, 2)
    ]
    np.testing.assert_allclose(made[0], made[1], atol=0.5)
    assert made[0].shape == (2, side, side, 3)
    assert np.abs(made[0][0] - made[0][1]).mean() > 1


def test_the_old_face_is_seen_only_below_full_noise(folder: Path) -> None:
    pipeline = load_pipeline(str(folder))
    crop = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    mask = np.zeros((64, 64), bool)
    mask[16:48, 16:48] = True
    other = np.where(mask[..., None], 255 - crop, crop).astype(np.uint8)
    same = {
        strength: np.array_equal(
            *(
                inpainted(pipeline, [x], [mask], [7], prompt="", steps=3, strength=strength)
                for x in (crop, other)
            )
        )
        for strength in (1.0, 0.5)
    }
    assert same == {1.0: True, 0.5: False}


def test_schedulers_are_exchanged(folder: Path, photos: list[Photo], any_face: None) -> None:
    made = [
        _swap(folder, scheduler=name)(photos[0]).photo.pixels
        for name in ("", "euler", "ddim", "lcm", "dpm")
    ]
    assert type(load_pipeline(str(folder), scheduler="lcm").scheduler).__name__ == "LCMScheduler"
    assert len({pixels.tobytes() for pixels in made}) >= 4


def test_what_is_no_face_is_masked_and_told(folder: Path, photos: list[Photo]) -> None:
    made = _swap(folder)(photos[0])
    assert made.reason == "a face was masked, no good one could be made"


def test_missing_and_pickled_weights_are_told_in_one_line(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such folder; give a folder"):
        load_pipeline(str(tmp_path / "none"))
    with pytest.raises(ValueError, match=r"model_index.json is missing"):
        load_pipeline(str(tmp_path))
    whole = tmp_path / "copy"
    shutil.copytree(folder, whole)
    weights = whole / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(ValueError, match=r"unet has no safetensors.*save it anew") as told:
        load_pipeline(str(whole))
    assert "\n" not in str(told.value)
    weights.with_suffix(".bin").unlink()
    with pytest.raises(ValueError, match=r"unet: weights .* are missing"):
        load_pipeline(str(whole))
    weights.write_bytes(b"junk" * 99)
    with pytest.raises(ValueError, match=r"cannot be loaded.*saved whole") as told:
        load_pipeline(str(whole))
    assert "\n" not in str(told.value)
    shutil.rmtree(whole / "vae")
    with pytest.raises(ValueError, match="vae is missing"):
        load_pipeline(str(whole))
    (whole / "model_index.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        load_pipeline(str(whole))


def test_a_model_of_the_hub_without_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        ValueError, match=r"model 'nobody/nothing' .*hf download nobody/nothing"
    ) as t:
        load_pipeline("nobody/nothing")
    assert "\n" not in str(t.value)


def test_another_kind_of_pipeline_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "other")
    index = tmp_path / "other" / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | {"_class_name": "DDPMPipeline"}))
    with pytest.raises(ValueError, match=r"model .*other' cannot be loaded"):
        load_pipeline(str(tmp_path / "other"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"scheduler": "fast"}, "scheduler must be one of euler, ddim, lcm, dpm, got 'fast'"),
        ({"dtype": "int8"}, "dtype must be one of float32"),
        ({"prompt": "a man, old"}, "no comma"),
        ({"guidance": -1.0}, "guidance must be between"),
    ],
)
def test_wrong_parameters_are_told(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaceSwap(**parameters)
