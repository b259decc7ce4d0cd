"""Pictures of another size: which were cropped to the face, and which show the whole photo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.folder import Folder
from unmask.defenses.framing import is_cropped
from unmask.defenses.photo import Pixels
from unmask.evaluate.data.scene import Scene

SIDE = 250


def staged(photo: Photo, seed: int) -> Photo:
    """Put a photo of a face into a larger one, as in a street, off its middle."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 6, 3), np.uint8)
    pixels = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    high, wide = photo.pixels.shape[:2]
    left, top = (int(n) for n in rng.integers(30, 100, 2))
    pixels[top : top + high, left : left + wide] = photo.pixels
    faces = tuple(face.moved(left, top) for face in photo.faces or ())
    return Photo(np.asarray(pixels, np.uint8), "a/1.png", "a", faces)


@pytest.fixture(scope="module")
def photos(scene: Scene) -> list[Photo]:
    return [staged(photo, seed) for seed, photo in enumerate(scene.probes[:6])]


def crop(photo: Photo, turn: float = 0.0) -> Pixels:
    """Return 1.6 times the face, turned by some degrees, in the size of the photo."""
    assert photo.face is not None
    x, y, w, h = photo.face.box
    warp = cv2.getRotationMatrix2D((x + w / 2, y + h / 2), turn, SIDE / (1.6 * max(w, h)))
    warp[:, 2] += SIDE / 2 - (x + w / 2), SIDE / 2 - (y + h / 2)
    made = cv2.warpAffine(photo.pixels, warp, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.uint8)


def hazy(photo: Photo) -> Pixels:
    return np.asarray(cv2.GaussianBlur(crop(photo), (0, 0), 9), np.uint8)


@pytest.mark.parametrize("make", [crop, lambda photo: crop(photo, 15.0), hazy])
def test_crops_are_known_by_their_layout(
    make: Callable[[Photo], Pixels], photos: list[Photo]
) -> None:
    assert all(is_cropped(photo, make(photo)) for photo in photos)


def test_a_crop_with_another_face_and_background_is_known_by_its_size(photos: list[Photo]) -> None:
    others = [*photos[1:], photos[0]]
    told = [is_cropped(p, crop(other)) for p, other in zip(photos, others, strict=True)]
    assert all(told)


@pytest.mark.parametrize(
    "spec",
    ["none", "gaussian_blur", "gaussian_blur:sigma=0.3,region=image", "mask:region=head",
     "pixelate:blocks=4,region=image", "noise:sigma=1.0,region=image", "jpeg:quality=5",
     "invert:region=image", "constant"],
)  # fmt: skip
def test_a_whole_photo_is_no_crop_however_it_was_defended(spec: str, photos: list[Photo]) -> None:
    defense = DEFENSES.build(spec)
    for photo, done in zip(photos, defense.many(photos), strict=True):
        away = cv2.resize(done.photo.pixels, (160, 160), interpolation=cv2.INTER_AREA)
        assert not is_cropped(photo, np.asarray(cv2.resize(away, (SIDE, SIDE)), np.uint8))
        assert not is_cropped(Photo(photo.pixels, faces=()), photo.pixels)


def test_a_folder_of_crops_counts_as_undefended(tmp_path: Path, photos: list[Photo]) -> None:
    """What programs for aligned faces write of square photos was merely 'resized'."""
    photo = photos[0]
    (tmp_path / "a").mkdir()
    for name, pixels in (("crop", crop(photo)), ("whole", photo.pixels)):
        large = np.asarray(cv2.resize(pixels, (256, 256)), np.uint8)
        Image.fromarray(large).save(tmp_path / f"a/{name}.png")
    folder = Folder(str(tmp_path))
    for faces in (photo.faces, None):  # nobody has looked for faces yet
        cropped = folder(Photo(photo.pixels, "a/crop.png", faces=faces))
        assert cropped.outcome == "failed"
        assert "another frame: was it cropped?" in cropped.reason
        assert np.array_equal(cropped.photo.pixels, photo.pixels)
    whole = folder(Photo(photo.pixels, "a/whole.png", faces=photo.faces))
    assert (whole.outcome, whole.reason) == (
        "defended",
        "resized: it was 256x256, the photo 250x250",
    )
