"""How the growth of comparisons is measured, on a small scale."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from unmask.benchmarks import growth
from unmask.benchmarks.growth import Grown, drawn, exponent, made_up, page
from unmask.evaluate.data import load_dataset
from unmask.evaluate.data.duplicates import find_duplicates

FOUND = [
    Grown(people, 8 * people, people / 5, {"none": people / 10.0}, 1 << 30, 1 << 29, 1 << 20)
    for people in (50, 200, 1_000)
]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, photo in enumerate(load_dataset("orl:people=3,photos=2").photos):
        place = tmp_path / "photos" / photo.identity
        place.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place / f"{number}.png"), photo.pixels)
    return tmp_path / "photos"


def test_made_up_photos_are_many_and_no_two_are_one(photos: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        made_up(tmp_path / name, photos, 3, 4)
    made = load_dataset(f"folder:{tmp_path / 'a'}").photos
    assert [p.shape for p in made] == [(250, 250, 3)] * 12
    assert not find_duplicates(made)
    again = load_dataset(f"folder:{tmp_path / 'b'}").photos
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(made, again, strict=True))
    with pytest.raises(ValueError, match="must have 4 people, got 3"):
        made_up(tmp_path / "c", photos, 4, 1)


def test_the_page_has_a_row_a_size(tmp_path: Path) -> None:
    assert exponent(FOUND) == pytest.approx(1)
    text = page(FOUND, tmp_path / "growth.md", ["growth.md"], "none", "")
    assert "to the power of 1.00" in text
    assert "| 1,000 | 8,000 | 300 | 200 | 38 ms | 1,024 | 512 | 1 |" in text
    assert "nothing of what leaks" in text
    drawn(FOUND, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_what_was_measured_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "growth.jsonl").write_text("".join(json.dumps(one) + "\n" for one in FOUND[:2]))
    asked: list[int] = []

    def grown(photos: Path, people: int, *other: object) -> Grown:
        asked.append(people)
        return FOUND[-1]

    monkeypatch.setattr(growth, "grown", grown)
    monkeypatch.setattr("sys.argv", ["growth", str(tmp_path / "growth.md"), "--photos", "there"])
    growth.main()
    assert asked == [1_000]
    assert len((tmp_path / "growth.jsonl").read_text().splitlines()) == 3
    assert "| 50 | 400 |" in (tmp_path / "growth.md").read_text()
