"""Motion blur: the kernel by hand, its direction, borders."""

import numpy as np
import pytest

from unmask.defenses import Face, Photo
from unmask.defenses.motion_blur import MotionBlur, line


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 170, 180, -20])
@pytest.mark.parametrize("length", [0.3, 1, 5, 12.7])
def test_kernel_sums_to_one_and_is_symmetric(length: float, angle: float) -> None:
    kernel = line(length, angle)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(kernel, kernel[::-1, ::-1])
    rows, columns = np.indices(kernel.shape) - kernel.shape[0] // 2
    spread = (kernel * (rows**2 + columns**2)).sum()
    assert spread == pytest.approx(length**2 / 12, abs=0.5)


def test_a_horizontal_line_by_hand() -> None:
    kernel = line(4, 0)
    middle = kernel[kernel.shape[0] // 2]
    assert kernel.sum() == pytest.approx(middle.sum())
    np.testing.assert_allclose(middle[1:-1], [0.125, 0.25, 0.25, 0.25, 0.125], atol=1e-3)


def test_angle_turns_counter_clockwise() -> None:
    kernel = line(10, 45)
    size = len(kernel)
    assert kernel[size // 2 - 2, size // 2 + 2] > 0.05
    assert kernel[size // 2 - 2, size // 2 - 2] == 0


def test_horizontal_stripes_stay_and_vertical_ones_go() -> None:
    stripes = np.zeros((60, 60, 3), np.uint8)
    stripes[::2] = 255
    for turned, change in ((stripes, 0), (stripes.transpose(1, 0, 2).copy(), 100)):
        photo = Photo(turned, faces=(Face((10, 10, 40, 40)),))
        made = MotionBlur(length=0.25)(photo)
        inside = made.mask > 0
        changed = np.abs(made.photo.pixels[inside].astype(int) - turned[inside]).mean()
        assert changed == pytest.approx(change, abs=40)
        assert (changed == 0) == (change == 0)


def test_borders_do_not_darken() -> None:
    photo = Photo(np.full((50, 40, 3), 77, np.uint8), faces=(Face((0, 0, 40, 50)),))
    assert MotionBlur(length=0.3, angle=30)(photo).outcome == "unchanged"
