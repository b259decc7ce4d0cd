"""JPEG: the same as Pillow's, and weaker where quality is higher."""

import io

import numpy as np
from PIL import Image
from skimage import data

from unmask.defenses import Face, Photo
from unmask.defenses.jpeg import Jpeg

PHOTO = Photo(data.astronaut()[:160, 150:310].copy(), faces=(Face((28, 63, 89, 112)),))


def test_equals_a_file_written_and_read() -> None:
    file = io.BytesIO()
    Image.fromarray(PHOTO.pixels).save(file, "JPEG", quality=30)
    expected = np.asarray(Image.open(file))
    np.testing.assert_array_equal(Jpeg(quality=30)(PHOTO).photo.pixels, expected)


def test_lower_quality_loses_more() -> None:
    lost = [
        np.abs(Jpeg(quality=q)(PHOTO).photo.pixels.astype(int) - PHOTO.pixels).mean()
        for q in (95, 75, 30, 10, 1)
    ]
    assert lost == sorted(lost)
    assert 0 < lost[0] < 3 < 10 < lost[-1]


def test_works_without_a_face_and_on_a_region() -> None:
    assert Jpeg(quality=10)(Photo(PHOTO.pixels, faces=())).outcome == "defended"
    part = Jpeg(quality=10, region="ellipse")(PHOTO)
    changed = (part.photo.pixels != PHOTO.pixels).any(-1)
    assert changed.any()
    assert not changed[part.mask == 0].any()
