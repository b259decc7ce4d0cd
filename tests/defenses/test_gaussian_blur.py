"""Gaussian blur: against SciPy, at borders, and in proportion to the face."""

import time

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage import data

from unmask.defenses import Face, Photo
from unmask.defenses.blurring import gaussian
from unmask.defenses.gaussian_blur import GaussianBlur


def _noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.3])
def test_equals_scipy(sigma: float) -> None:
    pixels = _noise(90, 70)
    photo = Photo(pixels, faces=(Face((10, 10, 50, 60)),))
    made = GaussianBlur(sigma=sigma, region="image")(photo).photo.pixels
    expected = gaussian_filter(
        pixels.astype(float), (sigma * 50, sigma * 50, 0), mode="nearest", truncate=4
    )
    assert np.abs(made - expected).max() <= 1.0


def _pictures() -> dict[str, np.ndarray]:
    edges = np.zeros((501, 389, 3), np.uint8)
    edges[:, 190:] = 255
    edges[300:] = 255 - edges[300:]
    rim = np.zeros((233, 477, 3), np.uint8)
    rim[:3] = rim[:, -1] = 255  # the border alone is bright, and goes on for ever
    face = np.asarray(cv2.resize(data.astronaut()[:256, 96:352], (600, 640)))
    return {"noise": _noise(487, 313), "edges": edges, "rim": rim, "face": face,
            "row": _noise(1, 300), "speck": _noise(3, 2)}  # fmt: skip


@pytest.mark.parametrize("sigma", [40.01, 47.99, 52, 104, 182])
@pytest.mark.parametrize("name", _pictures())
def test_a_wide_blur_equals_the_direct_one(name: str, sigma: float) -> None:
    pixels = _pictures()[name]
    direct = cv2.GaussianBlur(
        pixels.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE
    )
    photo = Photo(pixels, faces=(Face((0, 0, sigma, sigma)),))
    made = GaussianBlur(sigma=1.0).apply(photo, np.random.default_rng()).astype(int)
    assert made.shape == pixels.shape
    assert np.abs(made - direct).max() < 0.8  # half a level is rounding


def test_up_to_40_pixels_nothing_is_shrunk() -> None:
    """Published figures rest on it, to the bit."""
    photo = Photo(_noise(200, 300), faces=(Face((0, 0, 400, 500)),))
    made = GaussianBlur(sigma=0.1).apply(photo, np.random.default_rng())
    direct = cv2.GaussianBlur(
        photo.pixels.astype(np.float32), (0, 0), 40.0, borderType=cv2.BORDER_REPLICATE
    )
    np.testing.assert_array_equal(made, np.rint(direct).clip(0, 255))


def test_large_faces_do_not_take_for_ever() -> None:
    photo = Photo(_noise(1500, 1500), faces=(Face((350, 250, 800, 1000)),))
    start = time.process_time()
    assert GaussianBlur(sigma=0.3)(photo).outcome == "defended"
    assert time.process_time() - start < 5  # directly it takes 20


@pytest.mark.parametrize("level", [0, 90, 255])
def test_borders_do_not_darken(level: int) -> None:
    photo = Photo(np.full((50, 40, 3), level, np.uint8), faces=(Face((0, 0, 40, 50)),))
    assert GaussianBlur(sigma=0.3)(photo).outcome == "unchanged"


def test_the_cut_is_wide_enough() -> None:
    """Inside the region the blur is that of the whole photo: the cut leaves no trace."""
    photo = Photo(_noise(200, 200), faces=(Face((80, 80, 40, 50)),))
    part = GaussianBlur(sigma=0.3)(photo)
    whole = GaussianBlur(sigma=0.3, region="image")(photo).photo.pixels
    inside = part.mask > 0
    difference = np.abs(part.photo.pixels[inside].astype(int) - whole[inside])
    assert difference.max() <= 1


def test_a_face_twice_as_large_is_blurred_twice_as_wide() -> None:
    dot = np.zeros((81, 81, 3), np.uint8)
    dot[36:45, 36:45] = 255
    small = Photo(dot, faces=(Face((20, 20, 40, 40)),))
    large = Photo(dot.repeat(2, 0).repeat(2, 1), faces=(Face((40, 40, 80, 80)),))
    a, b = (
        GaussianBlur(sigma=0.1, region="image")(photo).photo.pixels[..., 0].astype(float)
        for photo in (small, large)
    )
    halved = b.reshape(81, 2, 81, 2).mean((1, 3))
    assert np.abs(a - halved).max() < 3


@pytest.mark.parametrize("sigma", [0, -1, 3])
def test_bad_sigma(sigma: float) -> None:
    with pytest.raises(ValueError, match="sigma must be between"):
        GaussianBlur(sigma=sigma)


@pytest.mark.parametrize("sigma", [16.01, 23.9, 24, 39.9])
@pytest.mark.parametrize("name", _pictures())
def test_a_shrunk_copy_is_a_level_beside_at_most(name: str, sigma: float) -> None:
    """Attackers clean large photos so: a blur of 30 pixels takes a tenth of the time."""
    pixels = _pictures()[name]
    made = gaussian(pixels, sigma, wide=16)
    assert np.abs(made.astype(int) - gaussian(pixels, sigma)).max() <= 1
