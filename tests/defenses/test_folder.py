"""A folder that another program wrote, as a defense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.folder import Folder
from unmask.evaluate.cli.specs import split_specs


def saved(folder: Path, key: str, size: tuple[int, int], value: int = 90) -> None:
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, value, value)).save(path)


def photo(key: str) -> Photo:
    rng = np.random.default_rng(0)
    return Photo(rng.integers(0, 256, (40, 30, 3), np.uint8), key, "a", ())


def test_pictures_are_found_by_key_and_ending(tmp_path: Path) -> None:
    saved(tmp_path, "a/1.png", (30, 40), 10)
    saved(tmp_path, "a/2.png", (30, 40), 20)
    first, second = Folder(str(tmp_path)).many([photo("a/1.png"), photo("a/2.jpg")])
    assert first.outcome == second.outcome == "defended"
    assert (first.photo.pixels == 10).all()
    assert (second.photo.pixels == 20).all()


def test_missing_or_cropped_pictures_fail_and_stay_undefended(tmp_path: Path) -> None:
    saved(tmp_path, "a/1.png", (30, 30))
    photos = [photo("a/1.png"), photo("a/2.png"), photo("../x.png")]
    made = Folder(str(tmp_path)).many(photos)
    assert [one.outcome for one in made] == ["failed"] * 3
    assert "cropped" in made[0].reason
    assert "no picture" in made[1].reason
    for one, before in zip(made, photos, strict=True):
        assert np.array_equal(one.photo.pixels, before.pixels)


def test_the_same_shape_is_resized_and_said(tmp_path: Path) -> None:
    saved(tmp_path, "a/1.png", (60, 80))
    made = Folder(str(tmp_path))(photo("a/1.png"))
    assert made.photo.pixels.shape == (40, 30, 3)
    assert "60x80" in made.reason
    assert made.outcome == "defended"


def test_a_copy_of_the_original_is_unchanged(tmp_path: Path) -> None:
    Image.fromarray(photo("1.png").pixels).save(tmp_path / "1.png")
    assert Folder(str(tmp_path))(photo("1.png")).outcome == "unchanged"


def test_a_name_and_a_folder_are_a_spec_that_notices_changes(tmp_path: Path) -> None:
    saved(tmp_path, "a/1.png", (30, 40))
    none, spec = split_specs(f"none other={tmp_path}")
    built = DEFENSES.build(spec)
    assert none == "none"
    assert built.parameters["label"] == "other"
    assert DEFENSES.build(built.spec) == built
    saved(tmp_path, "a/2.png", (30, 40))
    with pytest.raises(ValueError, match="have changed"):
        DEFENSES.build(built.spec)


def test_no_folder_or_an_empty_one_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a slip"):
        Folder(str(tmp_path / "none"))
    with pytest.raises(ValueError, match="holds none"):
        Folder(str(tmp_path))
