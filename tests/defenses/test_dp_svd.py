"""Noise on singular values: its density, and the picture without it."""

import numpy as np
import pytest
from scipy.stats import gamma, kstest

from unmask.defenses import Face, Photo
from unmask.defenses.dp_svd import DpSvd, ball_noise


def _photo(channels: int = 3) -> Photo:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 50, channels), np.uint8)
    return Photo(pixels.repeat(3 // channels, 2), "key", faces=(Face((5, 5, 40, 50)),))


@pytest.mark.parametrize("size", [1, 3, 8])
def test_density_falls_with_distance_and_has_no_direction(size: int) -> None:
    """exp(-epsilon * norm) in `size` dimensions: the norm is gamma, the direction even."""
    rng = np.random.default_rng(0)
    noise = np.stack([ball_noise((size,), 4.0, rng) for _ in range(4000)])
    norms = np.linalg.norm(noise, axis=1)
    assert kstest(norms, gamma(size, scale=1 / 4).cdf).pvalue > 1e-3
    assert np.abs((noise / norms[:, None]).mean(0)).max() < 0.06


def test_one_dimension_is_laplace() -> None:
    rng = np.random.default_rng(0)
    noise = np.concatenate([ball_noise((1,), 2.0, rng) for _ in range(4000)])
    assert kstest(noise, "laplace", args=(0, 0.5)).pvalue > 1e-3


def test_without_noise_it_is_the_best_picture_of_that_rank() -> None:
    photo = _photo(1)
    made = DpSvd(rank=5, epsilon=1e9, region="box", margin=0.0)(photo).photo.pixels
    face = photo.pixels[5:55, 5:45, 0] / 255
    left, values, right = np.linalg.svd(face)
    expected = np.rint(255 * ((left[:, :5] * values[:5]) @ right[:5]).clip(0, 1))
    assert np.abs(made[5:55, 5:45, 0] - expected).max() <= 1


def test_full_rank_without_noise_changes_nothing() -> None:
    assert DpSvd(rank=512, epsilon=1e9)(_photo()).outcome == "unchanged"


def test_a_grey_photo_stays_grey() -> None:
    assert DpSvd()(_photo(1)).photo.is_grey


def test_less_epsilon_more_noise() -> None:
    photo = _photo()
    changes = [
        np.abs(DpSvd(rank=50, epsilon=e)(photo).photo.pixels.astype(int) - photo.pixels).mean()
        for e in (1e5, 1e3, 1e2)
    ]
    assert changes == sorted(changes)
