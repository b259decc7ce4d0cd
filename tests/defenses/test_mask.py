"""Masks: each fill, and that none tells more than it says."""

import numpy as np
import pytest

from unmask.defenses import Defense, Face, Photo
from unmask.defenses.eye_bar import EyeBar
from unmask.defenses.mask import FILLS, Mask


def _photo(seed: int = 0) -> Photo:
    pixels = np.random.default_rng(seed).integers(60, 200, (80, 60, 3), np.uint8)
    return Photo(pixels, "key", faces=(Face((10, 10, 40, 50)),))


@pytest.mark.parametrize(("fill", "level"), [("black", 0), ("grey", 128)])
def test_flat_fills(fill: str, level: int) -> None:
    result = Mask(fill=fill)(_photo())
    assert (result.photo.pixels[result.mask > 0] == level).all()
    assert result.mask.sum() > 1000


def test_mean_is_the_mean_of_the_region() -> None:
    photo = _photo()
    result = Mask(fill="mean", region="box", margin=0.0)(photo)
    expected = np.rint(photo.pixels[10:60, 10:50].reshape(-1, 3).mean(0))
    assert (result.photo.pixels[10:60, 10:50] == expected).all()


@pytest.mark.parametrize("fill", [fill for fill in FILLS if fill != "mean"])
def test_nothing_of_the_face_is_left(fill: str) -> None:
    """Two faces under one key come out the same: the fill does not look at the pixels."""
    one, other = (Mask(fill=fill)(_photo(seed), seed=4) for seed in (1, 2))
    inside = one.mask > 0
    np.testing.assert_array_equal(one.photo.pixels[inside], other.photo.pixels[inside])


def test_noise_is_grey_and_covers_the_range() -> None:
    result = Mask(fill="noise")(_photo())
    inside = result.photo.pixels[result.mask > 0]
    assert (inside == inside[:, :1]).all()
    assert inside.mean() == pytest.approx(127.5, abs=8)
    assert inside.std() == pytest.approx(255 / np.sqrt(12), rel=0.1)


@pytest.mark.parametrize("region", ["box", "ellipse", "hull", "eyes", "head", "image"])
def test_any_region(region: str) -> None:
    result = Mask(region=region)(_photo())
    assert (result.photo.pixels[result.mask > 0] == 0).all()
    assert ((result.photo.pixels == 0).all(-1) == (result.mask > 0)).all()


def test_unknown_fill() -> None:
    with pytest.raises(ValueError, match=r"fill must be one of mean, .*, got 'pink'"):
        Mask(fill="pink")


def _tilted(degrees: float) -> Photo:
    """A face whose eyes lie on a line through its middle, turned counter-clockwise."""
    turn = np.deg2rad(degrees)
    along = np.array([np.cos(turn), -np.sin(turn)])
    five = np.stack([(60, 60) + share * along for share in (30, 14, -30, -14, 0)])
    face = Face((25, 20, 70, 90), five=five.astype(np.float32))
    return Photo(np.full((120, 120, 3), 90, np.uint8), faces=(face,))


def test_eye_bar_follows_the_tilt() -> None:
    bars = [(EyeBar()(_tilted(d)).photo.pixels == 0).all(-1) for d in (0, 30, -30)]
    angles = []
    for bar in bars:
        rows, columns = np.nonzero(bar)
        axis = np.linalg.eigh(np.cov(columns, rows))[1][:, 1]
        angles.append(np.rad2deg(np.arctan(-axis[1] / axis[0])))
    assert angles == pytest.approx([0, 30, -30], abs=3)


def test_eye_bar_covers_the_eyes_and_not_the_mouth() -> None:
    photo = _tilted(15)
    result = EyeBar()(photo)
    assert photo.face
    assert photo.face.five is not None
    columns, rows = np.rint(photo.face.five[:4]).astype(int).T
    assert (result.photo.pixels[rows, columns] == 0).all()
    assert (result.photo.pixels[95, 60] == 90).all()


def test_eye_bar_without_landmarks_is_a_band() -> None:
    made = EyeBar()(_photo()).photo.pixels
    assert (made[10 + 20, 10:50] == 0).all()
    assert (made[10 + 40, 10:50] != 0).any()


@pytest.mark.parametrize("defense", [EyeBar(), Mask()], ids=lambda defense: defense.name)
def test_strength_is_how_much_is_covered(defense: Defense) -> None:
    covered = [defense.at(share)(_photo()).mask.sum() for share in (0, 0.5, 1)]
    assert covered[0] < covered[1] < covered[2]
