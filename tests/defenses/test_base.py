"""The base of all defenses: seeds, pasting, faces, checks."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from unmask.defenses import Defense, Face, Photo, Range
from unmask.defenses.photo import Pixels


@dataclass(frozen=True)
class Paint(Defense):
    """Paint everything in the value of its level."""

    level: float = 200
    strength: float = 0.0
    method: str = "a"
    space: ClassVar = {
        "level": Range(100, 200, integer=True),
        "strength": Range(0, 1, when=("method", ("b",))),
    }

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return np.full_like(photo.pixels, round(self.level))


@dataclass(frozen=True)
class Dice(Defense):
    random: ClassVar = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return rng.integers(0, 256, photo.pixels.shape, np.uint8)


@dataclass(frozen=True)
class Torn(Defense):
    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        return photo.pixels[1:]


def _photo(*boxes: tuple[float, float, float, float], key: str = "key") -> Photo:
    return Photo(np.full((40, 60, 3), 100, np.uint8), key, faces=tuple(map(Face, boxes)))


def test_paints_the_box_and_nothing_else() -> None:
    result = Paint(region="box", margin=0.0)(_photo((10, 5, 20, 30)))
    expected = np.full((40, 60, 3), 100, np.uint8)
    expected[5:35, 10:30] = 200
    np.testing.assert_array_equal(result.photo.pixels, expected)
    assert result.outcome == "defended"


def test_feather_fades_outwards() -> None:
    result = Paint(region="box", margin=0.0, feather=0.25)(_photo((10, 5, 20, 30)))
    row = result.photo.pixels[20, 29:36, 0].tolist()
    assert row == [200, 180, 160, 140, 120, 100, 100]


def test_a_painted_face_without_change_is_unchanged() -> None:
    assert Paint(level=100)(_photo((10, 5, 20, 30))).outcome == "unchanged"


def test_a_face_beyond_the_border_is_cut_there() -> None:
    result = Paint(region="box", margin=0.0)(_photo((-10, -10, 20, 20), (55, 35, 100, 100)))
    assert (result.photo.pixels == 200).all(-1).sum() == 10 * 10 + 5 * 5


def test_pixels_of_overlapping_faces_never_come_back() -> None:
    """Each face is defended on what the one before left: its context holds no original."""
    seen = []

    @dataclass(frozen=True)
    class Spy(Defense):
        def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
            seen.append(photo.pixels.min())
            return np.full_like(photo.pixels, 0)

    Spy(region="box")(_photo((10, 5, 20, 30), (15, 5, 22, 30)))
    assert seen == [100, 0]


def test_seeds_depend_on_key_and_parameters_and_not_on_the_order() -> None:
    photos = [_photo((10, 5, 20, 30), key=key) for key in "abc"]
    made = [result.photo.pixels for result in Dice().many(photos, seed=1)]
    turned = [result.photo.pixels for result in Dice().many(photos[::-1], seed=1)][::-1]
    for one, other in zip(made, turned, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(made[0], made[1])
    wide = Dice(margin=0.2)(photos[0], seed=1).photo.pixels
    assert not np.array_equal(made[0][20, 12:28], wide[20, 12:28])


def test_two_faces_of_one_photo_have_seeds_of_their_own() -> None:
    pixels = Dice(region="box", margin=0.0)(_photo((0, 0, 10, 10), (20, 0, 10, 10))).photo.pixels
    assert not np.array_equal(pixels[:10, :10], pixels[:10, 20:30])


def test_whole_photo_without_face_is_no_face_unless_none_is_needed() -> None:
    assert Paint(region="image")(_photo()).outcome == "no_face"

    @dataclass(frozen=True)
    class Careless(Paint):
        needs_face: ClassVar = False

    assert Careless(region="image")(_photo()).outcome == "defended"


def test_names_are_words() -> None:
    assert Paint.name == "paint"
    names = {name: type(name, (Defense,), {}).name for name in ("KSame", "DpPix", "None_", "A1B")}
    assert names == {"KSame": "k_same", "DpPix": "dp_pix", "None_": "none", "A1B": "a1_b"}


def test_at_leaves_alone_what_does_not_matter() -> None:
    assert Paint().at(1) == Paint(level=200)
    assert Paint(method="b").at(1) == Paint(level=200, method="b", strength=1.0)
    assert Paint().at(0.26).level == 126


def test_the_mask_says_where_before_it_happens() -> None:
    photo = _photo((10, 5, 20, 30), (40, 5, 10, 10))
    np.testing.assert_array_equal(Paint().mask(photo), Paint()(photo).mask)


def test_apply_that_breaks_its_word_is_named() -> None:
    with pytest.raises(ValueError, match=r"torn: apply must return uint8 \(40, 53, 3\), got"):
        Torn()(_photo((10, 5, 20, 30)))


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ({"region": "nose"}, ValueError, "region must be one of box, .*, got 'nose'"),
        ({"margin": 3}, ValueError, "margin must be between -0.4 and 2, got 3"),
        ({"feather": float("nan")}, ValueError, "feather must be between 0 and 1, got nan"),
        ({"margin": "wide"}, TypeError, "margin must be a number, got 'wide'"),
        ({"margin": True}, TypeError, "margin must be a number, got True"),
    ],
)
def test_bad_parameters(setting: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        replace(Paint(), **setting)


@pytest.mark.parametrize("region", ["box", "ellipse", "hull", "eyes", "head"])
@pytest.mark.parametrize(("margin", "feather"), [(0.1, 0.0), (-0.2, 0.0), (0.3, 0.25)])
def test_a_face_is_defended_alike_in_a_small_and_in_a_large_photo(
    region: str, margin: float, feather: float
) -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (150, 140, 3)).astype(np.uint8)
    points = (rng.random((68, 2)) * (24, 30) + (61, 60)).astype(np.float32)
    face = Face((58, 55, 30, 40), points=points)
    large = np.full((700, 600, 3), 7, np.uint8)
    large[300:450, 200:340] = small
    defense = Paint(region=region, margin=margin, feather=feather)
    one = defense(Photo(small, faces=(face,)))
    other = defense(Photo(large, faces=(face.moved(200, 300),)))
    assert one.outcome == other.outcome == "defended"
    np.testing.assert_array_equal(other.photo.pixels[300:450, 200:340], one.photo.pixels)
    np.testing.assert_allclose(other.mask[300:450, 200:340], one.mask, atol=1e-6)
    assert other.mask.sum() == pytest.approx(one.mask.sum())
    assert (one.photo.pixels == 200).any()


def test_a_face_that_lies_beyond_the_border_changes_nothing() -> None:
    for box in ((-50, 5, 20, 30), (100, 5, 20, 30), (5, -60, 20, 30), (5, 90, 20, 30)):
        made = Paint(region="box", margin=0.0, feather=0.1)(_photo(box))
        assert made.outcome == "unchanged"
        assert not made.mask.any()
