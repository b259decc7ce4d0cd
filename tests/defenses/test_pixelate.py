"""Pixelation: blocks by hand, the grid on the face, never finer than told."""

import numpy as np
import pytest
from skimage.transform import downscale_local_mean

from unmask.defenses import Face, Photo
from unmask.defenses.pixelate import Pixelate, blocks_of


def _photo(height: int, width: int, *box: float) -> Photo:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Photo(pixels, faces=(Face((box[0], box[1], box[2], box[3])),))


def test_by_hand() -> None:
    row = np.array([0, 10, 20, 31, 200, 201], np.uint8)
    photo = Photo(np.stack([row] * 2)[..., None].repeat(3, 2), faces=(Face((0, 0, 6, 2)),))
    made = Pixelate(blocks=3, region="image")(photo).photo.pixels
    assert made[0, :, 0].tolist() == [5, 5, 26, 26, 200, 200]


def test_equals_scikit_image() -> None:
    photo = _photo(60, 48, 0, 0, 48, 60)
    means = downscale_local_mean(photo.pixels.astype(float), (6, 6, 1))
    expected = np.rint(means).astype(np.uint8).repeat(6, 0).repeat(6, 1)
    made = Pixelate(blocks=8, region="image")(photo).photo.pixels
    np.testing.assert_array_equal(made, expected)


def test_the_grid_starts_at_the_face() -> None:
    photo = _photo(60, 60, 13, 7, 32, 40)
    made = Pixelate(blocks=4, region="box", margin=0.0)(photo).photo.pixels
    block = photo.pixels[7:15, 13:21].reshape(-1, 3).mean(0)
    assert (made[7:15, 13:21] == np.rint(block)).all()


@pytest.mark.parametrize("width", [31, 33, 47.5, 64, 65, 100])
@pytest.mark.parametrize("blocks", [2, 5, 16, 32])
def test_never_more_blocks_across_the_face_than_told(width: float, blocks: int) -> None:
    grid = blocks_of(_photo(120, 120, 3, 3, width, width), blocks)
    assert width / int(grid.widths[1]) <= blocks


def test_blocks_at_the_border_are_means_of_what_is_there() -> None:
    photo = _photo(10, 10, 0, 0, 8, 8)
    made = Pixelate(blocks=2, region="image")(photo).photo.pixels
    corner = photo.pixels[8:, 8:].reshape(-1, 3).mean(0)
    assert (made[8:, 8:] == np.rint(corner)).all()


def test_applied_twice_is_applied_once() -> None:
    photo = _photo(64, 64, 0, 0, 64, 64)
    once = Pixelate(region="image")(photo).photo
    assert Pixelate(region="image")(once).outcome == "unchanged"


@pytest.mark.parametrize("blocks", [0, 257])
def test_bad_blocks(blocks: int) -> None:
    with pytest.raises(ValueError, match="blocks must be between 1 and 256"):
        Pixelate(blocks=blocks)


def test_blocks_are_whole() -> None:
    with pytest.raises(TypeError, match=r"blocks must be a whole number, got 7\.5"):
        Pixelate(blocks=7.5)  # type: ignore[arg-type]
