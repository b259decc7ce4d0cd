from pathlib import Path

import numpy as np
import pytest
import torch

from unmask.benchmarks import face_swap_pictures, train_face_swap
from unmask.benchmarks.face_swap_data import (
    SIZE,
    Crops,
    held_out,
    oval,
    random_mask,
    varied,
)
from unmask.defenses.face_swap.model import Shape, load_weights


def _crops(people: int) -> Crops:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (people, SIZE, SIZE, 3), np.uint8)
    points = rng.uniform(20, 80, (people, 68, 2)).astype(np.float32)
    return Crops(pixels, points, np.array([f"person {i}" for i in range(people)]))


def test_an_eighth_of_people_is_held_out_whole() -> None:
    share = np.mean([held_out(f"person {i}") for i in range(4000)])
    assert share == pytest.approx(0.125, abs=0.02)
    crops = _crops(64)
    train, held = crops.parts()
    assert len(train) + len(held) == 64
    assert not set(train.names) & set(held.names)


def test_a_person_with_many_photos_weighs_less_per_photo() -> None:
    crops = _crops(5)
    names = np.array(["a", "a", "a", "a", "b"])
    shares = Crops(crops.pixels, crops.points, names).shares()
    assert shares.sum() == pytest.approx(1)
    assert shares[:4].sum() == pytest.approx(2 * shares[4])  # square root of 4 photos


def test_masks_reach_from_inner_face_to_head_and_leave_context() -> None:
    rng = np.random.default_rng(0)
    points = np.stack(np.meshgrid(np.linspace(30, 65, 17), np.linspace(35, 85, 4)), -1)
    sizes = [random_mask(points.reshape(68, 2), rng).mean() for _ in range(300)]
    assert min(sizes) < 0.28
    assert 0.75 < max(sizes) < 0.98


def test_a_batch_has_the_form_the_network_takes() -> None:
    batch = varied(_crops(4), np.random.default_rng(0))
    assert batch.clean.shape == (4, 3, SIZE, SIZE)
    assert batch.mask.shape == (4, 1, SIZE, SIZE)
    assert batch.maps.shape == (4, 3, SIZE, SIZE)
    assert float(batch.clean.abs().max()) <= 1
    assert not (batch.known * batch.mask).any()


def test_training_learns_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_face_swap, "SHAPE", Shape(patch=12, channels=(32, 32), groups=8))
    monkeypatch.setattr(train_face_swap, "BATCH", 4)
    sheets = []
    monkeypatch.setattr(train_face_swap, "contact_sheet", lambda *args: sheets.append(args))
    train_face_swap.Run(_crops(64), tmp_path, minutes=0.04).run(every=0.02)
    again = train_face_swap.Run(_crops(64), tmp_path, minutes=0.06)
    assert again.step > 3
    assert again.log[-1][3] < 1.1 * again.log[0][3]
    steps = again.step
    again.run(every=1)
    assert again.step > steps
    assert again.spent >= 0.06
    kept = load_weights(tmp_path / "face_swap.safetensors").state_dict()
    for name, tensor in again.average.state_dict().items():
        torch.testing.assert_close(kept[name], tensor.half().float())
    other = train_face_swap.Run(
        _crops(64), tmp_path / "other", minutes=1, start=tmp_path / "face_swap.safetensors"
    )
    assert other.step == 0
    for name, tensor in other.net.state_dict().items():
        torch.testing.assert_close(kept[name], tensor)
    card = (tmp_path / "MODEL_CARD.md").read_text()
    assert f"{again.step} steps" in card
    assert sheets
    assert (tmp_path / "loss.png").stat().st_size > 1000


def test_a_contact_sheet_has_four_pictures_per_face(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    def copy(net: object, source: torch.Tensor, *rest: object, steps: int) -> torch.Tensor:
        return source

    monkeypatch.setattr(face_swap_pictures, "sample", copy)
    batch = varied(_crops(4), np.random.default_rng(0))
    face_swap_pictures.contact_sheet(None, batch, tmp_path / "sheet.png")  # type: ignore[arg-type]
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = np.asarray(sheet)
    assert pixels.shape == (2 * SIZE, 8 * SIZE, 3)
    first = (batch.clean[0].permute(1, 2, 0).numpy() + 1) * 127.5
    np.testing.assert_allclose(pixels[:SIZE, :SIZE], first, atol=1)
    np.testing.assert_array_equal(pixels[:SIZE, :SIZE], pixels[:SIZE, 2 * SIZE : 3 * SIZE])


def test_the_oval_is_where_faces_are() -> None:
    mask = oval(23, 30)
    assert mask[53, 47] == 1
    assert mask.mean() == pytest.approx(np.pi * 23 * 30 / SIZE**2, rel=0.02)
