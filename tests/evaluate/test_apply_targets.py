"""Where photos are written: full disks, links, names that are meant to do harm."""

import csv
import errno
import io
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from unmask.defenses import DEFENSES
from unmask.defenses.apply.manifest import Manifest, Row
from unmask.defenses.apply.tree import apply
from unmask.evaluate.cli.main import app

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
MASK = DEFENSES.build("mask")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    for i in range(5):
        Image.fromarray(FACE).save(folder / f"{i}.jpg")
    return folder


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _pictures(folder: Path) -> list[str]:
    records = ("manifest.csv", "manifest.parquet", "summary.json", "skipped.csv")
    return sorted(path.name for path in folder.iterdir() if path.name not in records)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_stops_the_run_and_the_manifest_stays(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 5:  # 1: the trial, 2: the manifest, 3: the summary, 4 and 5: photos
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"stopped after 1 of 5 photos, which manifest\.csv names"):
        apply(MASK, album, tmp_path / "out")
    assert [row["path"] for row in _rows(tmp_path / "out")] == ["0.jpg"]
    assert _pictures(tmp_path / "out") == ["0.jpg"]


def test_another_trouble_with_one_file_does_not_stop_the_rest(album: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "1.jpg").mkdir(parents=True)  # no file can be put there
    report = apply(MASK, album, tmp_path / "out", overwrite=True)
    assert report.counts == {"defended": 4, "failed": 1}
    assert report.failed[0].reason == "Is a directory"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 KiB, for those who may make one."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("ending", ["jpg", "jp2", "png", "tif", "bmp", "ppm"])
def test_a_disk_that_is_really_full(small: Path, tmp_path: Path, ending: str) -> None:
    (tmp_path / "in").mkdir()
    for i in range(8):
        Image.fromarray(FACE).resize((100, 100)).save(tmp_path / "in" / f"{i}.{ending}")
        Image.fromarray(FACE).save(tmp_path / "in" / f"{i}.large.{ending}")
    done = CliRunner().invoke(app, ["apply", "mask", str(tmp_path / "in"), str(small / "out")])
    assert isinstance(done.exception, OSError)
    assert "No space left on device; stopped after" in str(done.exception)
    pictures = _pictures(small / "out")
    for name in pictures:
        with Image.open(small / "out" / name) as picture:
            picture.load()
    assert pictures == ([row["path"] for row in _rows(small / "out")] if pictures else [])


def test_a_target_that_cannot_be_written_is_noticed_before_any_work(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmask.defenses.apply.one_photo.decode_picture", None)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"file/out cannot be written: Not a directory"):
        apply(MASK, album, tmp_path / "file" / "out")
    with pytest.raises(OSError, match=r"file cannot be written"):
        apply(MASK, album / "0.jpg", tmp_path / "file" / "out.jpg")


def test_a_row_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Disk(io.FileIO):
        """Takes 30 bytes more, a few at a time."""

        def __init__(self, path: Path) -> None:
            super().__init__(path, "ab")
            self.left = 30

        def write(self, content: Any) -> int:
            if not self.left:
                raise OSError(errno.ENOSPC, "full")
            taken = content[: min(7, self.left)]
            self.left -= len(taken)
            return super().write(taken)

    path = tmp_path / "manifest.csv"
    monkeypatch.setattr("unmask.defenses.apply.manifest._appended", Disk)
    manifest = Manifest(path)
    manifest.add(Row("a.jpg", "defended", 1))
    with pytest.raises(OSError, match="full"):
        manifest.add(Row("b.jpg", "defended", 1))
    manifest.close()
    assert [row["path"] for row in _rows(tmp_path)] == ["a.jpg"]


def test_a_folder_does_not_become_something_called_a_file(album: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"out\.jpg reads like a file: name it without"):
        apply(MASK, album, tmp_path / "out.jpg")
    assert not (tmp_path / "out.jpg").exists()


def test_links_in_the_target_lead_nowhere(album: Path, tmp_path: Path) -> None:
    (album / "sub").mkdir()
    Image.fromarray(FACE).save(album / "sub" / "photo.png")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / "sub"
    for place in ("elsewhere", "nowhere"):
        link.symlink_to(tmp_path / place)
        with pytest.raises(ValueError, match=r"must not be links, but .*sub is .*where"):
            apply(MASK, album, tmp_path / "out", overwrite=True)
        link.unlink()
    (tmp_path / "kept.csv").write_text("kept")
    (tmp_path / "out" / "manifest.csv").symlink_to(tmp_path / "kept.csv")
    (tmp_path / "place").symlink_to(tmp_path / "out")  # the target itself may be one
    report = apply(MASK, album, tmp_path / "place", overwrite=True)
    assert report.counts == {"defended": 6}
    assert (tmp_path / "kept.csv").read_text() == "kept"
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="such names exist on POSIX only")
def test_names_do_not_reach_the_screen_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    bad, wall = "\x1b]0;title\x07\nunmask: 9 photos.jpg", "\x9b2J=1.png"
    (tmp_path / "in" / bad).write_bytes(b"no picture")
    Image.fromarray(np.full((90, 90, 3), 200, np.uint8)).save(tmp_path / "in" / wall)
    done = CliRunner().invoke(app, ["apply", "mask", str(tmp_path / "in"), str(tmp_path / "out")])
    assert done.exit_code == 1  # a failure says more than a miss
    assert all(line.isprintable() for line in done.output.split("\n"))
    assert len(done.stderr.splitlines()) == 3  # and that names are kept
    assert {row["path"] for row in _rows(tmp_path / "out")} == {bad, wall}


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula_and_paths_stay_paths(tmp_path: Path, start: str) -> None:
    name = f'{start}HYPERLINK("x").png'
    (tmp_path / "in").mkdir()
    Image.fromarray(FACE).save(tmp_path / "in" / name)
    apply(MASK, tmp_path / "in", tmp_path / "out")
    (row,) = _rows(tmp_path / "out")
    assert row["path"][0] == "."
    assert (tmp_path / "out" / row["path"]).samefile(tmp_path / "out" / name)
    manifest = Manifest(tmp_path / "two" / "manifest.csv")
    manifest.add(Row("a.png", "failed", 0, f"{start}1\n2"))
    manifest.close()
    assert _rows(tmp_path / "two")[0]["reason"] == f"'{start}1\\n2"


def test_the_longest_name(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.fromarray(FACE).save(tmp_path / "in" / ("n" * 251 + ".jpg"))
    report = apply(MASK, tmp_path / "in", tmp_path / "out")
    assert report.counts == {"defended": 1}


@pytest.mark.parametrize(
    ("defense", "more", "code", "said"),
    [
        ("mask", (), 4, "1 photo not written, no face was found: wall.png; look at"),
        ("mask", ("--on-miss", "copy"), 0, "1 photo written undefended, no face was found: wall"),
        (
            "none",
            ("--anyway",),
            4,
            "7 photos not written, 'none' changed nothing: 0.jpg, .* and 2 more",
        ),
        ("k_same", ("--background", "orl:people=6,photos=2"), 4, "1 photo not written, no face"),
        (
            "mask",
            ("--on-miss", "sometimes"),
            2,
            "must be one of skip, copy, blank, fail, got 'sometimes'",
        ),
    ],
)
def test_what_was_missed_is_said_even_to_the_quiet(
    album: Path, tmp_path: Path, defense: str, more: tuple[str, ...], code: int, said: str
) -> None:
    for name in ("wall.png", "wall2.png")[: 1 + (defense == "none")]:
        Image.fromarray(np.full((90, 90, 3), 200, np.uint8)).save(album / name)
    arguments = ["apply", defense, str(album), str(tmp_path / "out"), "--quiet", *more]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code
    assert not done.stdout
    assert re.search(said, done.stderr)
    assert (tmp_path / "out" / "wall.png").exists() == (code == 0)
