"""A folder that another program wrote, as a defense."""

from __future__ import annotations

import copy
import pickle
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


@pytest.mark.parametrize("key", ["a/b.jpg#1", "a/b.jpg~", "a/b", "a/b.jpg#1.x"])
def test_a_varied_key_never_finds_the_picture_of_another_photo(tmp_path: Path, key: str) -> None:
    saved(tmp_path, "a/b.jpg", (30, 40))
    made = Folder(str(tmp_path))(photo(key))
    assert (made.outcome, made.reason) == ("failed", "the folder holds no picture of that name")


def test_opaque_keys_find_their_pictures(tmp_path: Path) -> None:
    saved(tmp_path, "a/1.png", (30, 40), 10)
    saved(tmp_path, "a/2.png", (30, 40), 20)
    plain = Folder(str(tmp_path))
    knowing = plain.knowing({"77fe": "a/1.jpg", "01ab": "a/2.png"})
    for one in (knowing, copy.deepcopy(knowing), pickle.loads(pickle.dumps(knowing))):
        made = one.many([photo("77fe"), photo("01ab"), photo("a/2.png"), photo("77fe#1")])
        assert [done.outcome for done in made] == ["defended"] * 3 + ["failed"]
        assert [done.photo.pixels[0, 0, 0] for done in made[:3]] == [10, 20, 20]
        assert one.found(["77fe", "01ab", "a/2.png", "77fe#1", "../1.png"]) == 3
    assert plain.found(["77fe"]) == 0, "the one that knows is a copy"
    assert (knowing, knowing.spec, repr(knowing)) == (plain, plain.spec, repr(plain))
    assert knowing.parameters == plain.parameters


def test_another_ending_never_means_another_photo(tmp_path: Path) -> None:
    """The data hold 1.jpg and 1.png, the folder one of them: whose it is shows its name."""
    saved(tmp_path, "1.png", (30, 40))
    knowing = Folder(str(tmp_path)).knowing({"x": "1.jpg", "y": "1.png", "z": "2/1.jpg"})
    assert [done.outcome for done in knowing.many([photo("x"), photo("y")])] == [
        "failed",
        "defended",
    ]


def test_several_folders_are_a_release_and_further_draws(tmp_path: Path) -> None:
    for number, value in enumerate((10, 20, 30), 1):
        saved(tmp_path / f"d{number}", "a/1.png", (30, 40), value)
    (spec,) = split_specs(f"random={tmp_path}/d1+{tmp_path}/d2+{tmp_path}/d3")
    built = DEFENSES.build(spec)
    assert isinstance(built, Folder)
    assert built.further == 2
    values = [int(built.drawn(n)(photo("a/1.png")).photo.pixels[0, 0, 0]) for n in range(5)]
    assert values == [10, 20, 30, 20, 30]
    knowing = built.knowing({"77fe": "a/1.png"}).drawn(2)
    assert int(knowing(photo("77fe")).photo.pixels[0, 0, 0]) == 30
    assert DEFENSES.build(built.spec) == built
    saved(tmp_path / "d3", "a/1.png", (30, 40), 44)
    with pytest.raises(ValueError, match="have changed"):
        DEFENSES.build(built.spec)


def test_a_folder_with_a_plus_in_its_name_is_one(tmp_path: Path) -> None:
    saved(tmp_path / "a+b", "1.png", (30, 40), 10)
    assert Folder(str(tmp_path / "a+b")).further == 0


def test_draws_that_do_not_fit_are_one_clear_line(tmp_path: Path) -> None:
    saved(tmp_path / "d1", "a/1.png", (30, 40))
    saved(tmp_path / "d1", "a/2.png", (30, 40))
    saved(tmp_path / "d2", "a/1.jpg", (30, 40))
    with pytest.raises(ValueError, match=r"same photos, but .*d2 lacks 'a/2', which is in .*d1"):
        Folder(f"{tmp_path}/d1+{tmp_path}/d2")
    with pytest.raises(ValueError, match=r"same photos, but .*d2 lacks 'a/2'"):
        Folder(f"{tmp_path}/d2+{tmp_path}/d1")
    with pytest.raises(ValueError, match=r"got '.*d3'; a slip"):
        Folder(f"{tmp_path}/d1+{tmp_path}/d3")
    with pytest.raises(ValueError, match="another draw of the program"):
        Folder(f"{tmp_path}/d1+{tmp_path}/d1/../d1")
