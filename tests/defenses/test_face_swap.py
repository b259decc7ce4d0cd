from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from unmask.defenses import Face, Photo
from unmask.defenses.drawn import made_up_people
from unmask.defenses.face_swap import face_swap
from unmask.defenses.face_swap.blend import placed, soft_inside, toned
from unmask.defenses.face_swap.crops import (
    EYES,
    SIZE,
    crop,
    crop_transform,
    enlarged,
    five_of,
    landmark_maps,
    moved,
    template,
)
from unmask.defenses.face_swap.face_swap import FaceSwap
from unmask.defenses.face_swap.model import Shape, SwapNet, load_weights, precision, save_weights
from unmask.defenses.face_swap.sample import sample

TINY = Shape(patch=12, channels=(32, 32), groups=8)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that was never trained: it makes pictures, but no faces."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    torch.manual_seed(0)
    save_weights(SwapNet(TINY), path, {})
    return path


def _points() -> np.ndarray:
    """Return 68 points whose five lie where a crop has them; the rest is a grid."""
    points = np.stack(np.meshgrid(np.linspace(30, 60, 17), np.linspace(40, 70, 4)), -1)
    points = points.reshape(68, 2).astype(np.float32)
    points[36:42], points[42:48] = template()[:2, None].repeat(6, 1)
    points[[30, 48, 54]] = template()[2:]
    return points


def test_eyes_come_to_their_places() -> None:
    turn, shift = np.array([[1.8, -0.6], [0.6, 1.8]]), np.array([40.0, 7.0])
    there = _points() @ turn.T + shift
    back = moved(there, crop_transform(there))
    np.testing.assert_allclose(back, _points(), atol=1e-3)
    apart = np.diff(five_of(back)[:2], axis=0)
    assert np.hypot(*apart[0]) == pytest.approx(EYES, abs=1e-3)


def test_a_crop_of_its_own_size_is_the_photo() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    smooth = np.asarray(pixels // 16 + np.arange(SIZE, dtype=np.uint8)[:, None], np.uint8)
    made = crop(smooth, np.eye(2, 3))
    assert np.abs(made.astype(int) - smooth)[2:-2, 2:-2].mean() < 3


def test_enlarging_keeps_the_corners_of_pixels() -> None:
    double = enlarged(np.eye(2, 3), 2.0)
    corners = np.array([[-0.5, -0.5], [SIZE - 0.5, SIZE - 0.5]])
    np.testing.assert_allclose(moved(corners, double), [[-0.5] * 2, [2 * SIZE - 0.5] * 2])


def test_maps_show_outline_eyes_and_mouth() -> None:
    points = _points()
    points[48:60] = [(40 + x, 80 + y) for x, y in zip(range(12), [0, 3] * 6, strict=True)]
    maps = landmark_maps(points)
    assert maps.shape == (3, SIZE, SIZE)
    assert maps[2, 80:83, 40:50].any()
    assert not maps[2, :60].any()
    assert maps[1, 43, 35:37].any()
    assert landmark_maps(points + 500).any() == np.False_  # all outside of the crop


def test_weights_come_back_as_they_were(weights: Path) -> None:
    torch.manual_seed(0)
    net, again = SwapNet(TINY).eval(), load_weights(weights)
    assert again.shape == TINY
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor.half().float())


def test_missing_and_wrong_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"are missing.*train_face_swap"):
        load_weights(tmp_path / "none.safetensors")
    (tmp_path / "junk").write_bytes(b"junk" * 99)
    with pytest.raises(ValueError, match="holds no weights"):
        load_weights(tmp_path / "junk")


class _Oracle(torch.nn.Module):
    """Knows the clean crop."""

    def __init__(self, clean: Tensor) -> None:
        super().__init__()
        self.clean = clean

    def forward(self, noisy: Tensor, *rest: Tensor) -> Tensor:
        return self.clean


def test_sampling_arrives_where_the_model_points() -> None:
    generator = torch.Generator().manual_seed(0)
    source, clean, noise = (torch.rand(2, 3, 8, 8, generator=generator) for _ in range(3))
    mask = (torch.rand(2, 1, 8, 8, generator=generator) > 0.5).float()
    for start in (1.0, 0.4):
        net: SwapNet = _Oracle(clean)  # type: ignore[assignment]
        made = sample(net, source, mask, source, noise, steps=5, start=start)
        torch.testing.assert_close(made, clean * mask + source * (1 - mask))


def test_the_old_face_is_seen_only_below_full_noise(weights: Path) -> None:
    net, generator = load_weights(weights), torch.Generator().manual_seed(0)
    one, noise = (torch.rand(1, 3, SIZE, SIZE, generator=generator) for _ in range(2))
    mask = torch.zeros(1, 1, SIZE, SIZE)
    mask[..., 30:60, 30:60] = 1
    other = one * (1 - mask)  # another face in the same surroundings
    differ = {
        start: not torch.equal(*(sample(net, x, mask, one, noise, steps=2, start=start) * mask
                                 for x in (one, other)))
        for start in (1.0, 0.5)
    }  # fmt: skip
    assert differ == {1.0: False, 0.5: True}


def test_the_border_is_soft_inside_the_mask_only() -> None:
    mask = np.zeros((40, 40), np.float32)
    mask[10:30, 10:40] = 1
    share = soft_inside(mask, 4.0)
    assert not share[mask == 0].any()
    assert (share[14:26, 14:] == 1).all()  # also where the photo ends
    assert (np.diff(share[20, 9:14]) > 0).all()


def test_an_even_face_in_an_even_photo_stays_even() -> None:
    photo = np.full((120, 120, 3), 90, np.uint8)
    mask = np.zeros((120, 120), np.float32)
    mask[30:90, 30:90] = 1
    new = np.full((SIZE, SIZE, 3), 150, np.float32)
    made = placed(new, np.array([[0.8, 0, 0], [0, 0.8, 0]]), photo, mask)
    assert (made[mask == 0] == 90).all()
    assert (made[40:80, 40:80] == 150).all()


@pytest.mark.parametrize("scale", [0.2, 0.5, 2.0])
def test_detail_is_as_strong_as_in_the_photo(scale: float) -> None:
    rng = np.random.default_rng(1)
    side = round(SIZE / scale)
    photo = rng.normal(120, 6, (side, side, 1)).clip(0, 255).astype(np.uint8).repeat(3, 2)
    new = np.full((SIZE, SIZE, 3), 150, np.float32)
    mask = np.ones((side, side), np.float32)
    made = placed(new, np.array([[scale, 0, 0], [0, scale, 0]]), photo, mask)
    assert 0.6 < made[..., 0].std() / photo[..., 0].std() < 1.2


def test_a_new_face_gets_the_old_tone_in_its_middle_only() -> None:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[20:80, 20:80] = True
    source = np.full((SIZE, SIZE, 3), (180, 120, 90), np.uint8)
    made = toned(np.full((SIZE, SIZE, 3), 100, np.float32), source, mask)
    np.testing.assert_allclose(made[50, 50], (180, 120, 90), atol=1e-3)
    assert (made[~mask] == 100).all()
    assert 100 < made[24, 50, 0] < 180


def test_grey_photos_stay_grey(weights: Path, any_face: None) -> None:
    photo = made_up_people(1, photos=1)[0]
    grey = photo.with_pixels(photo.pixels[..., :1].repeat(3, 2))
    made = FaceSwap(weights=str(weights), steps=2)(grey)
    assert made.outcome == "defended"
    assert made.photo.is_grey


def test_faces_in_a_batch_are_as_alone(weights: Path, any_face: None) -> None:
    defense = FaceSwap(weights=str(weights), steps=2)
    photos = made_up_people(3, photos=1)
    together = defense.many(photos, seed=4)
    for photo, one in zip(photos, together, strict=True):
        alone = defense(photo, seed=4)
        np.testing.assert_array_equal(alone.photo.pixels, one.photo.pixels)


def test_consistency_says_what_decides(weights: Path, any_face: None) -> None:
    photo = made_up_people(1, photos=1)[0]
    other = replace(photo, key="another photo")
    stranger = replace(photo, identity="somebody else")
    alike = {}
    for way in ("photo", "fixed"):
        defense = FaceSwap(weights=str(weights), steps=2, consistency=way)
        first = defense(photo, seed=1).photo.pixels
        alike[way] = [
            bool(np.array_equal(first, defense(x, seed=seed).photo.pixels))
            for x, seed in ((photo, 1), (other, 2), (stranger, 1))
        ]
    assert alike == {
        "photo": [True, False, True],  # the key decides, not the name
        "fixed": [True, True, True],
    }


def test_small_faces_are_pixelated_and_told(weights: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    photo = Photo(pixels, "small", faces=(Face((20.0, 20.0, 18.0, 22.0)),))
    made = FaceSwap(weights=str(weights))(photo)
    assert "pixelated" in made.reason
    inside = made.photo.pixels[25:37, 23:35].reshape(-1, 3)
    assert len(np.unique(inside, axis=0)) <= 16


def test_what_is_no_face_is_masked_and_told(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = made_up_people(1, photos=1)[0]
    monkeypatch.setattr(face_swap, "surety", lambda made, face: float(_is_part(made, photo)))
    made = FaceSwap(weights=str(weights), steps=1)(photo)
    assert "masked" in made.reason
    x, y, w, h = (round(side) for side in photo.faces[0].box)  # type: ignore[index]
    middle = made.photo.pixels[y + h // 3 : y + 2 * h // 3, x + w // 3 : x + 2 * w // 3]
    assert (middle == middle[0, 0]).all()


def _is_part(pixels: np.ndarray, photo: Photo) -> bool:
    return any(
        np.array_equal(pixels, photo.pixels[y : y + pixels.shape[0], x : x + pixels.shape[1]])
        for y in range(photo.pixels.shape[0] - pixels.shape[0] + 1)
        for x in range(photo.pixels.shape[1] - pixels.shape[1] + 1)
    )


def test_wrong_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="consistency must be one of"):
        FaceSwap(consistency="always")
    with pytest.raises(ValueError, match="noise must be between"):
        FaceSwap(noise=0.0)


@pytest.mark.parametrize(("native", "kind"), [(True, torch.bfloat16), (False, torch.float32)])
def test_half_precision_only_where_the_processor_has_it(
    native: bool, kind: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native, raising=False)
    assert precision() == kind
