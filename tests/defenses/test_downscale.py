"""Low resolution: how many pixels are left, and what it does to flat and small faces."""

import numpy as np
import pytest

from unmask.defenses import Face, Photo
from unmask.defenses.downscale import Downscale


def _photo(size: int) -> Photo:
    pixels = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    return Photo(pixels, faces=(Face((0, 0, size, size)),))


@pytest.mark.parametrize("side", [2, 4, 8])
def test_only_side_times_side_numbers_are_left(side: int) -> None:
    """The rank of a picture enlarged from `side` pixels is at most `side`."""
    blocks = np.random.default_rng(3).integers(0, 2, (8, 8, 1), np.uint8) * np.uint8(75) + 90
    photo = Photo(np.kron(blocks, np.ones((8, 8, 3), np.uint8)), faces=(Face((0, 0, 64, 64)),))
    made = Downscale(side=side, region="image")(photo).photo.pixels[..., 0]
    values = np.linalg.svd(made.astype(float), compute_uv=False)
    assert values[side - 1] > 20
    assert values[side] < 0.5 * values[side - 1]


def test_the_small_picture_is_of_area_means() -> None:
    photo = _photo(64)
    made = Downscale(side=1, region="image")(photo).photo.pixels
    assert np.ptp(made, axis=(0, 1)).max() == 0
    assert np.abs(made[0, 0] - photo.pixels.mean((0, 1))).max() <= 0.5


def test_a_flat_photo_stays_flat() -> None:
    photo = Photo(np.full((50, 40, 3), 255, np.uint8), faces=(Face((0, 0, 40, 50)),))
    assert Downscale(side=3)(photo).outcome == "unchanged"


def test_a_face_that_is_small_already_is_not_touched() -> None:
    assert Downscale(side=48)(_photo(40)).outcome == "unchanged"
