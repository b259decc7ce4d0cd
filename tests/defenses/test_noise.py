"""Noise: its spread, and that grey photos stay grey."""

import numpy as np
import pytest

from unmask.defenses import Photo
from unmask.defenses.noise import Noise


def _flat(*colour: int) -> Photo:
    return Photo(np.full((100, 100, 3), colour, np.uint8), "key", faces=())


def test_spread_is_sigma() -> None:
    made = Noise(sigma=0.1, region="image")(_flat(120, 130, 140)).photo.pixels.astype(float)
    assert made.std((0, 1)) == pytest.approx(np.full(3, 25.5), rel=0.03)
    assert made.mean((0, 1)) == pytest.approx([120, 130, 140], abs=1)


def test_channels_of_a_colour_photo_are_independent() -> None:
    made = Noise(sigma=0.1, region="image")(_flat(120, 130, 140)).photo.pixels.astype(float)
    correlation = np.corrcoef(made.reshape(-1, 3).T)
    assert np.abs(correlation - np.eye(3)).max() < 0.05


def test_a_grey_photo_stays_grey() -> None:
    assert Noise(region="image")(_flat(120, 120, 120)).photo.is_grey


def test_values_are_clipped_and_do_not_wrap() -> None:
    for level in (0, 255):
        made = Noise(sigma=0.1, region="image")(_flat(level, level, level)).photo.pixels
        assert np.abs(made.astype(int) - level).max() < 150
        assert (made == level).mean() == pytest.approx(0.5, abs=0.05)


def test_no_noise() -> None:
    assert Noise(sigma=0, region="image")(_flat(1, 2, 3)).outcome == "unchanged"
