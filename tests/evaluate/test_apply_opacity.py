"""A face does not survive in the opacity of a photo."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from unmask.defenses import DEFENSES
from unmask.defenses.apply.one_file import apply_photo
from unmask.defenses.apply.settings import Settings
from unmask.defenses.faces.find import find_faces
from unmask.defenses.faces.hog import Hog
from unmask.defenses.files.opacity import views
from unmask.defenses.photo import Pixels
from unmask.evaluate.data import load_dataset

MASK = Settings(DEFENSES.build("mask"), 0)

FACES = [photo.pixels for photo in load_dataset("orl:people=3,photos=1").photos]


def _save(path: Path, colours: Pixels, alpha: NDArray[np.uint8], mode: str) -> None:
    picture = Image.fromarray(colours).convert(mode[:-1])
    picture.putalpha(Image.fromarray(alpha))
    picture.save(path, **({"lossless": True} if path.suffix == ".webp" else {}))


def _shown(path: Path) -> list[Pixels]:
    with Image.open(path) as picture:
        both = np.asarray(picture.convert("RGBA"))
    return views(both[..., :3].copy(), both[..., 3].copy())


@pytest.mark.parametrize(
    ("ending", "mode", "colour"),
    [
        ("png", "RGBA", 0), ("png", "LA", 90), ("png", "RGBA", 255),
        ("tif", "RGBA", 90), ("tif", "LA", 0), ("webp", "RGBA", 90),
    ],
)  # fmt: skip
def test_a_face_that_only_opacity_shows(
    tmp_path: Path, ending: str, mode: str, colour: int
) -> None:
    source, target = tmp_path / f"photo.{ending}", tmp_path / f"out.{ending}"
    for face in FACES:
        for alpha in (face[..., 0], 255 - face[..., 0]):
            _save(source, np.full_like(face, colour), alpha, mode)
            row = apply_photo(source, target, target.name, MASK)
            assert row.outcome == "defended"
            assert row.faces >= 1
            found = [Hog().find(view) or find_faces(view) for view in _shown(target)]
            assert not any(found)


@pytest.mark.parametrize("ending", ["png", "tif", "webp"])
def test_a_face_in_colours_and_opacity(tmp_path: Path, ending: str) -> None:
    source, target = tmp_path / f"photo.{ending}", tmp_path / f"out.{ending}"
    for face in FACES:
        _save(source, face, face[..., 0], "RGBA")
        row = apply_photo(source, target, target.name, MASK)
        assert (row.outcome, row.faces) == ("defended", 1)  # one face, however often it is seen
        assert not any(Hog().find(view) for view in _shown(target))


def test_closed_opacity_defends_no_face_in_the_colours(tmp_path: Path) -> None:
    _save(tmp_path / "photo.png", FACES[0], FACES[0][..., 0], "RGBA")
    settings = Settings(DEFENSES.build("none:region=ellipse"), 0)
    row = apply_photo(tmp_path / "photo.png", tmp_path / "out.png", "out.png", settings)
    assert row.outcome == "unchanged"
    assert not (tmp_path / "out.png").exists()


def test_opacity_beside_the_face_stays(tmp_path: Path) -> None:
    face = FACES[0]
    alpha = np.full(face.shape[:2], 255, np.uint8)
    alpha[:5] = 77
    _save(tmp_path / "photo.png", face, alpha, "RGBA")
    apply_photo(tmp_path / "photo.png", tmp_path / "out.png", "out.png", MASK)
    with Image.open(tmp_path / "out.png") as written:
        np.testing.assert_array_equal(np.asarray(written)[..., 3], alpha)
