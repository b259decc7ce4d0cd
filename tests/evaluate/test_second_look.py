"""The second look at the end of apply, and its contact sheet."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from unmask.defenses.apply.likeness import likeness
from unmask.defenses.apply.manifest import Row
from unmask.defenses.apply.preview import preview
from unmask.defenses.apply.second_look import second_look
from unmask.defenses.files.pictures import read_picture, write_picture
from unmask.evaluate.cli import app
from unmask.evaluate.data import load_dataset


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, photo in enumerate(load_dataset("orl:people=2,photos=1").photos):
        write_picture(tmp_path / "source" / f"{number}.png", photo.pixels)
    return tmp_path / "source"


def row(name: str, before: str = "a", after: str = "b") -> Row:
    return Row(name, "defended", 1, hash_in=before, hash_out=after)


def test_a_face_that_was_left_is_found(photos: Path) -> None:
    target = photos.parent / "target"
    pixels = read_picture(photos / "0.png")[0]
    write_picture(target / "0.png", (pixels * 0.9).astype(np.uint8))  # darker, whole
    write_picture(target / "1.png", np.full_like(pixels, 90))
    found = second_look([row("0.png"), row("1.png")], photos, target)
    assert [(one.path, one.kind) for one in found] == [("0.png", "survivor")]


def test_the_very_file_is_found_without_a_look(photos: Path) -> None:
    found = second_look([row("0.png", "x", "x")], photos, photos.parent / "nowhere")
    assert [one.words for one in found] == ["the very file of the source"]


def test_a_photo_that_is_gone_is_a_doubt(photos: Path) -> None:
    (one,) = second_look([row("0.png")], photos, photos.parent / "nowhere")
    assert (one.kind, one.path) == ("doubt", "0.png")


@pytest.mark.parametrize(("defense", "code"), [("mask", 0), ("none", 3)])
def test_apply_looks_again(photos: Path, defense: str, code: int) -> None:
    target = photos.parent / "target"
    words = ["apply", defense, str(photos), str(target), "--on-miss", "copy",
             "--anyway"]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    shutil.rmtree(target)
    assert CliRunner().invoke(app, [*words, "--no-verify"]).exit_code == 0


def test_photos_of_a_list_are_looked_at_again_beside_their_sources(photos: Path) -> None:
    (photos.parent / "list.csv").write_text("path\nsource/0.png\nsource/1.png\n")
    words = ["apply", "none", str(photos.parent / "list.csv"), str(photos.parent / "target"),
             "--on-miss", "copy", "--anyway", "--preview", "1"]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 3, done.output
    assert (photos.parent / "target-preview.jpg").is_file()


def test_the_contact_sheet_lies_beside_the_target(photos: Path) -> None:
    target = photos.parent / "target"
    words = ["apply", "mask", str(photos), str(target), "--preview", "2", "--no-verify"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "for you alone" in done.output
    assert read_picture(photos.parent / "target-preview.jpg")[0].shape[1] > 600
    assert not list(target.glob("preview*"))
    with pytest.raises(ValueError, match="must not lie in"):
        preview([row("0.png")], photos, target, target / "preview.jpg", 1)


def test_detail_is_told_from_shading() -> None:
    rng = np.random.default_rng(0)
    face = rng.integers(0, 256, (60, 60, 3), np.uint8)
    assert likeness(face, face, (10, 10, 40, 40)).untouched
    assert not likeness(face, np.roll(face, 30, 0), (10, 10, 40, 40)).untouched
    assert not likeness(face, np.full_like(face, 90), (10, 10, 40, 40)).untouched
    assert likeness(face, face[:, ::-1], (10, 10, 40, 40)).mirrored
