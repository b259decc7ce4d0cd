"""What is known beforehand: no defense, nothing left, and a face that is only put elsewhere."""

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Face, Photo
from unmask.defenses.drawn import made_up_people
from unmask.defenses.none import None_
from unmask.defenses.planted.constant import Constant
from unmask.defenses.planted.crop import Crop
from unmask.defenses.planted.invert import Invert
from unmask.defenses.planted.move import Move
from unmask.defenses.planted.permute import Permute
from unmask.defenses.planted.recolour import Recolour
from unmask.defenses.planted.speckle import Speckle
from unmask.defenses.planted.swirl import Swirl
from unmask.defenses.planted.turn import Turn


def _photo(seed: int = 0, height: int = 12) -> Photo:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, 10, 3), np.uint8)
    return Photo(pixels, f"photo {seed}", faces=(Face((2, 2, 6, 6)),))


def test_none_is_called_none_and_changes_nothing() -> None:
    assert DEFENSES.build("none") == None_()
    result = None_()(_photo())
    assert result.outcome == "unchanged"
    np.testing.assert_array_equal(result.photo.pixels, _photo().pixels)


def test_constant_makes_all_photos_of_one_size_equal() -> None:
    one, other = (Constant()(_photo(seed)).photo.pixels for seed in (1, 2))
    np.testing.assert_array_equal(one, other)
    assert np.unique(one).tolist() == [128]


def test_permute_keeps_whole_pixels() -> None:
    photo = _photo()
    made = Permute()(photo).photo.pixels
    assert sorted(map(tuple, made.reshape(-1, 3))) == sorted(
        map(tuple, photo.pixels.reshape(-1, 3))
    )
    assert not np.array_equal(made, photo.pixels)


def test_permute_keeps_distances_between_photos() -> None:
    """Same order for each photo of a size, whatever its key, its faces and the seed."""
    one, other = _photo(1), _photo(2)
    made = Permute()(one, seed=1).photo.pixels, Permute()(other, seed=2).photo.pixels
    before = np.linalg.norm(one.pixels.astype(float) - other.pixels)
    assert np.linalg.norm(made[0].astype(float) - made[1]) == before


def test_permute_has_another_order_for_another_key_or_size() -> None:
    assert not np.array_equal(
        Permute()(_photo()).photo.pixels, Permute(key=1)(_photo()).photo.pixels
    )
    ramp = np.arange(360, dtype=np.uint16).astype(np.uint8)
    tall, wide = (
        Permute()(Photo(ramp.reshape(shape), faces=())).photo.pixels.ravel()
        for shape in ((12, 10, 3), (10, 12, 3))
    )
    assert not np.array_equal(tall, wide)


def test_permute_key_is_checked() -> None:
    with pytest.raises(TypeError, match="key must be a whole number"):
        Permute(key=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("mirror", [False, True])
def test_invert_twice_is_the_photo(mirror: bool) -> None:
    once = Invert(mirror=mirror)(_photo()).photo
    np.testing.assert_array_equal(Invert(mirror=mirror)(once).photo.pixels, _photo().pixels)
    plain = once.pixels[:, ::-1] if mirror else once.pixels
    np.testing.assert_array_equal(plain, ~_photo().pixels)


def test_diagnostics_stay_out_of_the_default_table() -> None:
    apart = {name for name in DEFENSES.available() if DEFENSES.load(name).diagnostic}
    planted = {"constant", "crop", "invert", "move", "permute", "recolour", "speckle", "swirl"}
    assert planted | {"turn"} <= apart
    assert not apart & {"none", "pixelate", "mask", "k_same"}


def test_a_moved_face_is_whole_and_far_from_its_place() -> None:
    pixels = np.full((100, 80, 3), 9, np.uint8)
    pixels[40:60, 30:50] = np.random.default_rng(0).integers(200, 256, (20, 20, 3))
    face = pixels[40:60, 30:50]
    places = set()
    for seed in range(20):
        photo = Photo(pixels, faces=(Face((30, 40, 20, 20)),))
        made = Move()(photo, seed=seed).photo.pixels
        rows, columns = (np.flatnonzero((made >= 200).any((axis, 2))) for axis in (1, 0))
        top, left = int(rows[0]), int(columns[0])
        np.testing.assert_array_equal(made[top : top + 20, left : left + 20], face)
        assert 10 <= abs(top - 40) <= 22
        assert 8 <= abs(left - 30) <= 18
        places.add((top, left))
    assert len(places) > 10


def test_a_face_that_fills_the_photo_is_shrunk_to_be_moved() -> None:
    photo = Photo(np.full((100, 80, 3), 9, np.uint8), faces=(Face((0, 0, 80, 100)),))
    made = Move()(photo).photo.pixels
    rows, columns = (np.flatnonzero((made == 9).any((axis, 2))) for axis in (1, 0))
    assert rows.size == pytest.approx(67, abs=1)
    assert columns.size == pytest.approx(53, abs=1)
    assert (made == 9).all(2).sum() == rows.size * columns.size


@pytest.mark.parametrize("shape", [(12, 12, 3), (12, 18, 3)])
def test_a_turned_photo_is_one_of_three(shape: tuple[int, int, int]) -> None:
    pixels = np.zeros(shape, np.uint8)
    pixels[:6, : shape[1] // 2] = 255  # one bright corner
    bright = {
        tuple(np.unravel_index(made[:: shape[0] - 1, :: shape[1] - 1, 0].argmax(), (2, 2)))
        for seed in range(20)
        for made in [Turn()(Photo(pixels, faces=()), seed=seed).photo.pixels]
    }
    assert bright == {(0, 1), (1, 0), (1, 1)}


def test_a_cropped_face_has_its_eyes_in_one_place() -> None:
    for photo in made_up_people(3, photos=1):
        made = Crop()(photo).photo.pixels.astype(int)
        height, width = made.shape[:2]
        five = photo.faces[0].five if photo.faces else None
        assert five is not None
        for side, eye in ((0.62, five[:2].mean(0)), (0.38, five[2:4].mean(0))):
            there = made[int(0.42 * height), int(side * width)]
            x, y = np.round(eye).astype(int)
            assert np.abs(there - photo.pixels[y, x]).max() < 40


def test_a_swirl_stirs_the_face_most() -> None:
    photo = made_up_people(1)[0]
    change = np.abs(Swirl()(photo).photo.pixels.astype(int) - photo.pixels).mean(2)
    x, y, w, h = (photo.faces or ())[0].box
    inside = change[round(y) : round(y + h), round(x) : round(x + w)].mean()
    assert inside > max(15, 4 * change[[0, -1]].mean())
    still = Swirl(turns=0.0)(photo).photo.pixels
    np.testing.assert_array_equal(still, photo.pixels)


def test_recolouring_exchanges_colours_one_for_one() -> None:
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    for channel in range(3):
        pixels = np.zeros((256, 1, 3), np.uint8)
        pixels[..., channel] = ramp
        made = Recolour()(Photo(pixels, faces=())).photo.pixels
        other = (channel + 2) % 3
        assert sorted(made[:, 0, other].tolist()) == list(range(256))
        assert np.abs(np.diff(made[:, 0, other].astype(int))).max() > 60  # no smooth tint
    with pytest.raises(ValueError, match="blocks must be between 2 and 256"):
        Recolour(blocks=1)


def test_specks_are_black_or_white_and_elsewhere_each_time() -> None:
    photo = Photo(np.full((100, 80, 3), 90, np.uint8), faces=())
    one, other = (Speckle(share=0.3)(photo, seed=seed).photo.pixels for seed in (0, 1))
    for value in (0, 255):
        assert (one == value).all(2).mean() == pytest.approx(0.15, abs=0.02)
    assert (one == 90).all(2).mean() == pytest.approx(0.7, abs=0.02)
    assert not np.array_equal(one, other)
    with pytest.raises(ValueError, match=r"share must be between 0 and 0\.5"):
        Speckle(share=0.6)
