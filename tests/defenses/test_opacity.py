"""Opacity: what can be seen through it, and how it is closed."""

from collections.abc import Sequence

import numpy as np

from unmask.defenses import Face
from unmask.defenses.files.opacity import closed, faces_seen, views
from unmask.defenses.photo import Pixels

GREY = np.full((20, 30, 3), 100, np.uint8)
RAMP = np.linspace(0, 255, 600).astype(np.uint8).reshape(20, 30)


def test_views_are_what_a_viewer_composes() -> None:
    assert len(views(GREY, None)) == 1
    assert len(views(GREY, np.full((20, 30), 7, np.uint8))) == 1  # the same everywhere
    stored, white, black, plane, negative = views(GREY, RAMP)
    np.testing.assert_array_equal(stored, GREY)
    assert white[0, 0].tolist() == [255] * 3
    assert white[-1, -1].tolist() == black[-1, -1].tolist() == [100] * 3
    assert black[0, 0].tolist() == [0] * 3
    np.testing.assert_array_equal(plane[..., 1], RAMP)
    np.testing.assert_array_equal(negative, 255 - plane)


def test_each_face_is_named_once() -> None:
    here, beside, near = Face((0, 0, 10, 10)), Face((15, 5, 10, 10)), Face((1, 1, 10, 10))

    def find(pictures: Sequence[Pixels]) -> list[tuple[Face, ...]]:
        return [(here,), (near, beside), (), (beside,), (Face((16, 5, 10, 10)),)]

    assert faces_seen(GREY, RAMP, find) == ((here,), (beside,))


def test_opacity_is_full_wherever_the_region_is() -> None:
    region = np.zeros((20, 30), np.float32)
    region[5:8, 5:8], region[8, 5:8] = 1, 0.01  # a soft border counts
    alpha = closed(RAMP, region)
    assert (alpha[5:9, 5:8] == 255).all()
    np.testing.assert_array_equal(alpha[region == 0], RAMP[region == 0])
