"""Options of apply that do not reach what the source holds are refused, or said."""

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from unmask.evaluate.cli.main import app


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(tmp_path / "in" / "1.png")
    return tmp_path / "in"


@pytest.fixture
def shards(photos: Path) -> Path:
    (photos.parent / "shards").mkdir()
    with tarfile.open(photos.parent / "shards" / "a.tar", "w") as file:
        file.add(photos / "1.png", "1.png")
    return photos.parent / "shards"


def _run(source: Path, *words: str) -> Any:
    line = ["apply", "mask", str(source), str(source.parent / "out"), *words]
    return CliRunner().invoke(app, line)


@pytest.mark.parametrize(
    "words",
    ["--engine ray", "--address auto", "--column jpg", "--outcome-column what",
     "--in-place --preview 2"],
)  # fmt: skip
def test_what_is_for_shards_is_refused_for_photos(photos: Path, words: str) -> None:
    done = _run(photos, *words.split())
    assert done.exit_code == 2
    assert words.split()[-2] in done.stderr
    assert not (photos.parent / "out").exists()


@pytest.mark.parametrize("words", ["--preview 2", "--crf 20", "--no-audio", "--rename"])
def test_what_is_for_files_is_refused_for_shards(shards: Path, words: str) -> None:
    done = _run(shards, *words.split())
    assert done.exit_code == 2
    assert words.split()[0] in done.stderr
    assert not (shards.parent / "out").exists()


def test_what_had_nothing_to_do_is_said(photos: Path, shards: Path) -> None:
    done = _run(photos, "--crf", "20", "--no-audio", "--quiet")
    assert "there was no video: --no-audio, --crf had nothing to do" in done.stderr
    assert "shards was not looked at again" in _run(shards, "--overwrite", "--quiet").stderr
    done = _run(shards, "--overwrite", "--quiet", "--no-verify")
    assert "looked at again" not in done.stderr
