"""Differentially private pixelation: the scale of the noise, and the promise itself."""

import numpy as np
import pytest
from scipy.stats import kstest, laplace

from unmask.defenses import Face, Photo
from unmask.defenses.dp_pix import DpPix
from unmask.defenses.pixelate import Pixelate


def _photo(pixels: np.ndarray) -> Photo:
    return Photo(pixels.astype(np.uint8), "key", faces=(Face((0, 0, 160, 160)),))


@pytest.mark.parametrize(("colour", "channels"), [((128, 128, 128), 1), ((127, 128, 129), 3)])
def test_noise_has_the_scale_of_the_paper(colour: tuple[int, ...], channels: int) -> None:
    """255 * m / (b * b * epsilon), for each channel that carries information."""
    size, b, m, epsilon = 1600, 16, 8, 2.0
    photo = _photo(np.full((size, size, 3), colour))
    defense = DpPix(blocks=10, m=m, epsilon=epsilon, region="image")
    noise = defense(photo).photo.pixels[::b, ::b].astype(float) - colour
    scale = channels * 255 * m / (b * b * epsilon)
    assert scale < 15  # far from clipping
    values = noise[..., :channels].ravel()
    jitter = np.random.default_rng(0).uniform(-0.5, 0.5, values.shape)  # undoes the rounding
    assert kstest(values + jitter, laplace(0, scale).cdf).pvalue > 1e-3
    assert np.abs(values).mean() == pytest.approx(scale, rel=0.05)


def test_the_odds_of_two_neighbours_stay_within_epsilon() -> None:
    """Two grey pictures that differ in `m` pixels: no output tells them well apart."""
    m, epsilon, b = 16, 1.0, 40
    one = np.full((1600, 1600, 3), 100)
    two = one.copy()
    for top in range(0, 1600, b):  # m pixels of each block, so that each block is one trial
        two[top, :, :] = np.where((np.arange(1600) % b < m)[:, None], 255, 100)
    defense = DpPix(blocks=4, m=m, epsilon=epsilon, region="image")
    values = [
        defense(_photo(p), seed=s).photo.pixels[::b, ::b, 0] for s, p in enumerate((one, two))
    ]
    for threshold in range(96, 106):
        shares = [float((v >= threshold).mean()) for v in values]
        assert shares[1] <= np.exp(epsilon) * shares[0] + 0.05
        assert 1 - shares[0] <= np.exp(epsilon) * (1 - shares[1]) + 0.05


def test_without_noise_it_is_pixelation() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (170, 165, 3))
    photo = _photo(pixels)
    made = DpPix(epsilon=1e6, m=1, region="image")(photo).photo.pixels
    np.testing.assert_array_equal(made, Pixelate(region="image")(photo).photo.pixels)


def test_a_grey_photo_stays_grey() -> None:
    assert DpPix(region="image")(_photo(np.full((160, 160, 3), 90))).photo.is_grey
