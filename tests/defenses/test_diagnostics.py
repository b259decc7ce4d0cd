"""What is known beforehand: no defense, nothing left, a shuffle, a negative."""

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Face, Photo
from unmask.defenses.constant import Constant
from unmask.defenses.invert import Invert
from unmask.defenses.none import None_
from unmask.defenses.permute import Permute


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
    assert {"constant", "invert", "permute"} <= apart
    assert not apart & {"none", "pixelate", "mask", "k_same"}
