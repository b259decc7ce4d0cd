"""Regions: what each covers, by hand and on a real face."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data

from unmask.defenses import Face
from unmask.defenses.faces.find import find_faces
from unmask.defenses.faces.regions import REGIONS, bounds, region_mask

FACE = Face((30, 20, 40, 50))


@pytest.fixture
def astronaut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Face:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path))
    return find_faces(data.astronaut())[0]


def _holds(mask: np.ndarray, points: np.ndarray) -> np.ndarray:
    columns, rows = np.rint(points).astype(int).T
    return mask[rows, columns] > 0


def test_box_by_hand() -> None:
    mask = region_mask((100, 100), FACE, "box")
    expected = np.zeros((100, 100), np.float32)
    expected[20:70, 30:70] = 1
    np.testing.assert_array_equal(mask, expected)
    wide = region_mask((100, 100), FACE, "box", margin=0.1)
    assert wide.sum() == 48 * 58
    assert region_mask((100, 100), FACE, "box", margin=-0.25).sum() == 20 * 30


def test_ellipse_has_the_area_of_an_ellipse() -> None:
    mask = region_mask((100, 100), FACE, "ellipse")
    assert mask.sum() == pytest.approx(np.pi * 20 * 25 * 1.1**2, rel=0.01)
    np.testing.assert_array_equal(mask[10:80, 20:80], mask[10:80, 20:80][::-1, ::-1])


def test_image_needs_no_face_and_others_do() -> None:
    assert region_mask((3, 4), None, "image").sum() == 12
    for kind in REGIONS:
        if kind != "image":
            with pytest.raises(ValueError, match="needs a face"):
                region_mask((3, 4), None, kind)


@pytest.mark.parametrize("kind", REGIONS)
def test_values_and_type(kind: str, astronaut: Face) -> None:
    for face in (astronaut, FACE):
        mask = region_mask((512, 512), face, kind, margin=0.1, feather=0.2)
        assert mask.dtype == np.float32
        assert mask.shape == (512, 512)
        assert mask.min() >= 0
        assert mask.max() == 1


@pytest.mark.parametrize("kind", [kind for kind in REGIONS if kind != "image"])
def test_margin_widens_and_feather_only_adds(kind: str, astronaut: Face) -> None:
    shape = (512, 512)
    tight, wide = (region_mask(shape, astronaut, kind, margin=m) for m in (0, 0.2))
    assert (wide >= tight).all()
    assert wide.sum() > 1.2 * tight.sum()
    soft = region_mask(shape, astronaut, kind, feather=0.2)
    assert (soft[tight == 1] == 1).all()
    assert ((soft > 0) & (soft < 1)).any()
    reach = bounds(soft)[1]
    assert bounds(tight)[1].start - reach.start <= np.ceil(0.2 * astronaut.width)


@pytest.mark.parametrize("kind", ["ellipse", "hull"])
def test_the_whole_face_is_covered(kind: str, astronaut: Face) -> None:
    assert astronaut.points is not None
    mask = region_mask((512, 512), astronaut, kind)
    assert _holds(mask, astronaut.points).mean() > 0.97  # rounding may lose one on the rim
    brows, nose = astronaut.points[17:27].mean(0), astronaut.points[33]
    assert _holds(mask, (brows + 0.8 * (brows - nose))[None]).all()  # the forehead


def test_eyes_cover_eyes_and_brows_but_no_mouth(astronaut: Face) -> None:
    assert astronaut.points is not None
    mask = region_mask((512, 512), astronaut, "eyes")
    assert _holds(mask, astronaut.points[17:27]).mean() >= 0.8
    assert _holds(mask, astronaut.points[36:48]).all()
    assert not _holds(mask, astronaut.points[48:]).any()


def test_head_holds_every_other_region(astronaut: Face) -> None:
    head = region_mask((512, 512), astronaut, "head")
    for kind in ("box", "ellipse", "hull", "eyes"):
        assert (region_mask((512, 512), astronaut, kind) <= head).all()


def test_without_landmarks_the_region_is_not_smaller(astronaut: Face) -> None:
    bare = Face(astronaut.box)
    known, unknown = (region_mask((512, 512), face, "eyes") for face in (astronaut, bare))
    assert unknown.sum() >= known.sum()
    np.testing.assert_array_equal(
        region_mask((512, 512), bare, "hull"), region_mask((512, 512), bare, "ellipse")
    )


@pytest.mark.parametrize("kind", REGIONS)
def test_a_face_over_the_border_is_clipped(kind: str) -> None:
    mask = region_mask((50, 40), Face((-20, -10, 40, 50)), kind, margin=0.1, feather=0.1)
    assert mask.shape == (50, 40)
    assert mask[5, 2] == 1
    nowhere = region_mask((50, 40), Face((-500, 0, 40, 50)), kind, feather=0.1)
    assert nowhere.any() == (kind == "image")


def test_bounds_by_hand() -> None:
    mask = np.zeros((10, 20), np.float32)
    mask[3:5, 7:12] = 0.5
    assert bounds(mask) == (slice(3, 5), slice(7, 12))
    assert bounds(mask, around=4) == (slice(0, 9), slice(3, 16))
    assert bounds(np.zeros((10, 20), np.float32)) == (slice(0, 1), slice(0, 1))
