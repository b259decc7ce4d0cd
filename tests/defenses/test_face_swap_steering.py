import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from unmask.defenses import Photo
from unmask.defenses.face_swap import face_swap
from unmask.defenses.face_swap.adapters import reference, reference_files
from unmask.defenses.face_swap.crops import landmark_dots
from unmask.defenses.face_swap.face_swap import FaceSwap
from unmask.defenses.face_swap.pipeline import inpainted, load_pipeline
from unmask.evaluate.data.scene import Scene

pytestmark = [
    pytest.mark.usefixtures("any_face"),
    # of other people's code
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
SIDE = 64


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures of different sizes, and a file that is none."""
    path = tmp_path_factory.mktemp("faces")
    rng = np.random.default_rng(0)
    for name, size in (("a.png", (40, 50, 3)), ("b.png", (70, 64, 3))):
        Image.fromarray(rng.integers(0, 256, size, np.uint8)).save(path / name)
    (path / "notes.txt").write_text("made up")
    return path


def _filled(pipeline: Any, count: int = 1, **more: Any) -> np.ndarray:
    crop = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((SIDE, SIDE), bool)
    mask[16:48, 16:48] = True
    seeds = list(range(count))
    return inpainted(
        pipeline, [crop] * count, [mask] * count, seeds, prompt="a face", steps=2, **more
    )


def test_landmarks_are_white_dots_at_their_places() -> None:
    points = np.stack([np.arange(68) * 6.0 + 30, np.arange(68) * 5.0 + 40], 1).astype(np.float32)
    drawn = landmark_dots(points, 512)
    assert drawn.shape == (512, 512, 3)
    assert drawn.dtype == np.uint8
    assert all((drawn[round(float(y)), round(float(x))] == 255).all() for x, y in points)
    assert (drawn > 0).any(-1).mean() < 70 * np.pi * 4.5**2 / 512**2
    far = landmark_dots(points + 1e6, 64)
    assert not far.any()


def test_a_controlnet_sees_the_landmarks(tiny_pipeline: Path, tiny_controlnet: Path) -> None:
    plain = _filled(load_pipeline(str(tiny_pipeline)), controls=None)
    pipeline = load_pipeline(str(tiny_pipeline), controlnet=str(tiny_controlnet))
    assert type(pipeline).__name__ == "StableDiffusionControlNetInpaintPipeline"
    black, white = np.zeros((SIDE, SIDE, 3), np.uint8), np.full((SIDE, SIDE, 3), 255, np.uint8)
    one, other = (_filled(pipeline, controls=[seen]) for seen in (black, white))
    assert np.abs(one - other).mean() > 1
    off = _filled(pipeline, controls=[white], controlnet_scale=0.0)
    np.testing.assert_allclose(off, plain, atol=0.5)
    both = _filled(pipeline, 2, controls=[white, black], batch=2)
    each = _filled(pipeline, 2, controls=[white, black], batch=1)
    np.testing.assert_allclose(both, each, atol=0.5)


def test_the_swap_draws_this_face_s_landmarks(
    tiny_pipeline: Path, tiny_controlnet: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[np.ndarray] = []

    def spy(*given: Any, **more: Any) -> np.ndarray:
        seen.extend(more["controls"])
        return inpainted(*given, **more)

    monkeypatch.setattr(face_swap, "inpainted", spy)
    steered: dict[str, Any] = {"model": str(tiny_pipeline), "controlnet": str(tiny_controlnet)}
    swap = FaceSwap(steps=2, candidates=1, **steered)
    made = swap.many(scene.gallery[:2], seed=1)
    assert [one.outcome for one in made] == ["defended"] * 2
    assert len(seen) == 2
    assert not np.array_equal(seen[0], seen[1])
    eyes = seen[0][20:36].any(-1)
    assert eyes[:, :32].any()
    assert eyes[:, 32:].any()


@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_an_ip_adapter_sees_the_picture(
    tiny_pipeline: Path, tiny_ip_adapter: Path, faces: Path, guidance: float
) -> None:
    plain = _filled(load_pipeline(str(tiny_pipeline)), guidance=guidance)
    pipeline = load_pipeline(str(tiny_pipeline), ip_adapter=str(tiny_ip_adapter))
    pictures = [np.asarray(Image.open(faces / name)) for name in ("a.png", "b.png")]
    one, other = (
        _filled(pipeline, references=[picture], guidance=guidance, ip_scale=1.0)
        for picture in pictures
    )
    assert np.abs(one - other).mean() > 0.1
    off = _filled(pipeline, references=pictures[:1], guidance=guidance, ip_scale=0.0)
    np.testing.assert_allclose(off, plain, atol=0.5)
    both = _filled(pipeline, 2, references=pictures, guidance=guidance, ip_scale=1.0, batch=2)
    assert np.array_equal(both[0], one[0])  # each has its own picture, in batches too


def test_both_steer_together_and_the_batch_does_not(
    tiny_pipeline: Path, tiny_controlnet: Path, tiny_ip_adapter: Path, faces: Path, scene: Scene
) -> None:
    swap = FaceSwap(
        steps=2,
        candidates=2,
        model=str(tiny_pipeline),
        controlnet=str(tiny_controlnet),
        ip_adapter=str(tiny_ip_adapter),
        ip_image=str(faces),
    )
    photos: list[Photo] = list(scene.gallery[:2])
    together = [one.photo.pixels for one in swap.many(photos, seed=3)]
    backwards = [one.photo.pixels for one in swap.many(photos[::-1], seed=3)][::-1]
    for a, b in zip(together, backwards, strict=True):
        assert np.array_equal(a, b)


def test_each_face_draws_its_picture(faces: Path) -> None:
    assert [file.name for file in reference_files(str(faces))] == ["a.png", "b.png"]
    drawn = {reference(str(faces), np.random.default_rng(seed)).shape for seed in range(20)}
    assert drawn == {(40, 50, 3), (70, 64, 3)}
    assert reference(str(faces / "a.png"), np.random.default_rng(0)).shape == (40, 50, 3)
    with pytest.raises(ValueError, match="no picture there"):
        reference_files(str(faces / "none"))


def test_a_controlnet_that_cannot_be_loaded_is_told(
    tiny_pipeline: Path, tiny_controlnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str) -> Any:
        return load_pipeline(str(tiny_pipeline), controlnet=name)

    with pytest.raises(ValueError, match=r"controlnet .*no such folder"):
        load(str(tmp_path / "none"))
    copy = tmp_path / "copy"
    shutil.copytree(tiny_controlnet, copy)
    (weights,) = copy.glob("*.safetensors")
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(ValueError, match=r"controlnet .* has no safetensors.*can run code"):
        load(str(copy))
    weights.write_bytes(b"junk" * 99)
    with pytest.raises(ValueError, match=r"controlnet .*cannot be loaded") as told:
        load(str(copy))
    assert "\n" not in str(told.value)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match=r"controlnet 'nobody/none'.*hf download nobody/none"):
        load("nobody/none")


def test_an_ip_adapter_that_cannot_be_loaded_is_told(
    tiny_pipeline: Path, tiny_ip_adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str) -> Any:
        return load_pipeline(str(tiny_pipeline), ip_adapter=name)

    with pytest.raises(ValueError, match=r"must be a \.safetensors file"):
        load(str(tmp_path / "adapter.bin"))
    with pytest.raises(ValueError, match="no such file; give a file"):
        load(str(tmp_path / "none.safetensors"))
    copy = tmp_path / "models"
    shutil.copytree(tiny_ip_adapter.parent, copy)
    (weights,) = (copy / "image_encoder").glob("*.safetensors")
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(ValueError, match=r"image_encoder has no safetensors"):
        load(str(copy / tiny_ip_adapter.name))
    shutil.rmtree(copy / "image_encoder")
    with pytest.raises(ValueError, match="models/image_encoder is missing"):
        load(str(copy / tiny_ip_adapter.name))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match=r"hf download nobody/none\)") as told:
        load("nobody/none/models/ip-adapter.safetensors")
    assert "\n" not in str(told.value)


def test_an_adapter_of_another_model_or_kind_is_told(
    tiny_pipeline: Path, tiny_ip_adapter: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "models"
    shutil.copytree(tiny_ip_adapter.parent, copy)
    weights = load_file(tiny_ip_adapter)
    part = {key: value for key, value in weights.items() if ".7." not in key}
    save_file(part, copy / "part.safetensors")
    with pytest.raises(ValueError, match=r"part.safetensors' cannot be loaded") as told:
        load_pipeline(str(tiny_pipeline), ip_adapter=str(copy / "part.safetensors"))
    assert "\n" not in str(told.value)
    of_faces = {key: value for key, value in weights.items() if "proj.proj" not in key}
    sizes = {"proj.0": (48, 24), "proj.2": (128, 48)}
    for name, size in sizes.items():
        of_faces[f"image_proj.{name}.weight"] = torch.zeros(size)
        of_faces[f"image_proj.{name}.bias"] = torch.zeros(size[0])
    save_file(of_faces, copy / "faceid.safetensors")
    with pytest.raises(ValueError, match="takes embeddings of a face recognizer"):
        load_pipeline(str(tiny_pipeline), ip_adapter=str(copy / "faceid.safetensors"))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"controlnet": "a/b"}, "controlnet steers a diffusers pipeline; name one by model="),
        ({"model": "a/b", "ip_adapter": "a/b/c/d.safetensors"}, "go together"),
        ({"model": "a/b", "ip_image": "face.png"}, "go together"),
        ({"controlnet_scale": 3.0}, "controlnet_scale must be between"),
        ({"ip_scale": -1.0}, "ip_scale must be between"),
    ],
)
def test_wrong_parameters_are_told(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FaceSwap(**parameters)
