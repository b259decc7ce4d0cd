"""Who is asked about, among whom, and what is shown."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.defenses import Face, Photo
from unmask.evaluate.audit.people import Person, load_subjects
from unmask.evaluate.audit.pools import pools_of
from unmask.evaluate.audit.views import CONTEXTS, donor_of, fills, in_context
from unmask.evaluate.vlm.crop import cropped

RNG = np.random.default_rng(0)


def photo(key: str, identity: str, level: int) -> Photo:
    pixels = RNG.integers(level, level + 20, (120, 100, 3)).astype(np.uint8)
    return Photo(pixels, key, identity, (Face((40.0, 40.0, 20.0, 24.0)),))


def test_contexts_change_the_surroundings_and_nothing_else() -> None:
    own, donor = photo("a", "A", 100), photo("b", "B", 200)
    inside = (slice(45, 60), slice(42, 58))
    for context in CONTEXTS:
        shown = in_context(own.pixels, own, context, donor)
        assert shown.shape == own.pixels.shape
        assert (shown[inside] == own.pixels[inside]).all()
        assert (shown[:20] == own.pixels[:20]).all() == (context == "whole")
    assert (in_context(own.pixels, own, "removed", None)[:20] == 128).all()
    assert in_context(own.pixels, own, "replaced", donor)[:20].min() >= 195


def test_no_face_of_the_donor_is_left() -> None:
    own, donor = photo("a", "A", 100), photo("b", "B", 200)
    marked = donor.pixels.copy()
    marked[40:64, 40:60] = 0  # the donor's face, elsewhere than where it will be pasted
    away = Photo(own.pixels, "a", "A", (Face((5.0, 5.0, 10.0, 12.0)),))
    shown = in_context(own.pixels, away, "replaced", donor.with_pixels(marked))
    assert shown[30:].min() > 150


def test_a_context_without_a_face_is_refused() -> None:
    blank = Photo(np.zeros((50, 50, 3), np.uint8), "x", "X", ())
    with pytest.raises(ValueError, match="unknown what is context"):
        in_context(blank.pixels, blank, "blurred", None)
    assert not fills(blank)
    assert cropped(blank.pixels, blank, 2.0).shape == (50, 50, 3)


def test_donors_are_other_people() -> None:
    photos = [photo("a1", "A", 0), photo("a2", "A", 0), photo("b", "B", 0)]
    found = [donor_of(p, photos) for p in photos]
    assert [p.key for p in found if p] == ["b", "b", "a1"]
    assert donor_of(photos[0], photos[:2]) is None


def test_a_crop_is_square_around_the_face() -> None:
    own = photo("a", "A", 0)
    assert cropped(own.pixels, own, 2.0).shape == (48, 48, 3)
    assert cropped(own.pixels, own, 0.0) is own.pixels


def test_pools_keep_gender_and_size() -> None:
    people = [Person(f"f{i}", f"F {i}", gender="f") for i in range(11)]
    people += [Person(f"m{i}", f"M {i}", gender="m") for i in range(4)]
    people += [Person("x", "X", gender="other")]
    pools = pools_of(people, 5, 0)
    assert sorted(key for pool in pools for key in pool) == sorted(p.identity for p in people)
    assert sorted(map(len, pools)) == [4, 6, 6]  # the one who would be alone joins the f
    assert all(len({k[0] for k in pool} - {"x"}) == 1 for pool in pools)
    assert pools_of(reversed(people), 5, 0) == pools
    assert pools_of(people, 5, 1) != pools
    assert [len(pool) for pool in pools_of(people[:11], 0, 0)] == [11]


def listed(folder: Path, text: str) -> Path:
    for name in ("1.png", "2.png"):
        Image.fromarray(RNG.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(folder / name)
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_photos(tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        "name,photo,aliases,fame,gender\nAnna Bell,1.png,Annie;A B,high,F\n"
        "Carl Dorn,2.png,,low,m\nCarl Dorn,gone.png,,low,m\n",
    )
    found = load_subjects(str(path))
    assert found.people["Anna Bell"] == Person("Anna Bell", "Anna Bell", ("Annie", "A B"),
                                               "high", "f")  # fmt: skip
    assert [p.key for p in found.photos] == ["1.png", "2.png"]
    assert found.notes == ("1 file could not be read (listed in config.json)",)
    assert "gone.png" in found.details[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,file\nA,1.png\n", "needs the columns name, photo"),
        ("name,photo\nA,1.png\nB,1.png\n", "line 3: 1.png occurs twice"),
        ("name,photo,fame\nA,1.png,x\nA,2.png,y\n", "line 3: A was told differently"),
        ("name,photo\n,1.png\n", "line 2: no name"),
        ("name,photo\nA,gone.png\n", "lists no photo that can be read"),
        ("name,photo\nA,1.png\n", "at least 2 people"),
    ],
)
def test_bad_lists(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_subjects(str(listed(tmp_path, text)))


def test_codes_are_no_names() -> None:
    found = load_subjects("orl:people=3,photos=2")
    assert any("names are no names" in note for note in found.notes)
    assert len(load_subjects("orl", people=3, photos=2).photos) == 6
