"""Seam and sharpness against pictures whose slopes are known."""

from __future__ import annotations

import math

import numpy as np

from unmask.defenses import Defended, Photo
from unmask.evaluate.metrics.seam import Seam
from unmask.evaluate.metrics.sharpness import Sharpness
from unmask.evaluate.metrics.slopes import seam_ratio, sharpness_ratio


def ramp(step: int) -> np.ndarray:
    """Return a picture that rises by `step` levels per column."""
    line = (np.arange(40) * step).astype(np.uint8)
    return np.repeat(np.tile(line, (40, 1))[..., None], 3, axis=2)


def made(pixels: np.ndarray) -> Defended:
    mask = np.zeros((40, 40), np.float32)
    mask[10:30, 10:30] = 1
    return Defended(Photo(pixels), "defended", mask)


def test_ratios_are_those_of_the_slopes() -> None:
    clean = Photo(ramp(2))
    assert sharpness_ratio(clean, made(ramp(4))) == seam_ratio(clean, made(ramp(4))) == 2
    assert sharpness_ratio(clean, made(ramp(1))) == 0.5
    assert Sharpness().values([clean], [made(ramp(1))]).tolist() == [0.5]
    assert Seam().values([clean], [made(ramp(4))]).tolist() == [1]


def test_a_pasted_patch_shows_only_on_its_border() -> None:
    pixels = ramp(2)
    pixels[10:30, 10:30] += 100
    clean = Photo(ramp(2))
    assert Seam().values([clean], [made(pixels)])[0] > 5
    assert Seam().values([clean], [made(ramp(2))])[0] == 0


def test_flat_photos_allow_no_measurement_and_whole_images_have_no_seam() -> None:
    flat = Photo(np.full((40, 40, 3), 9, np.uint8))
    assert math.isnan(Sharpness().values([flat], [made(ramp(2))])[0])
    whole = Defended(Photo(ramp(2)), "defended", np.ones((40, 40), np.float32))
    assert Seam().values([Photo(ramp(2))], [whole])[0] == 0
