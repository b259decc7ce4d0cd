"""What is not followed, refused or kept is said; SIGTERM is like Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from unmask.defenses import DEFENSES
from unmask.defenses.apply import apply
from unmask.defenses.apply.rename import telling
from unmask.defenses.apply.targets import Pair
from unmask.evaluate.cli.main import app

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
MASK = DEFENSES.build("mask")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name in ("1.png", "sub/2.png"):
        Image.fromarray(FACE).resize((96, 96)).save(tmp_path / "in" / name)
    return tmp_path / "in"


def _run(*words: object) -> Any:
    return CliRunner().invoke(app, ["apply", *map(str, words)])


def test_links_that_leave_the_source_are_not_followed(album: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    Image.fromarray(FACE).save(tmp_path / "private" / "9.png")
    (album / "out.png").symlink_to(tmp_path / "private" / "9.png")
    (album / "within.png").symlink_to(album / "1.png")
    (album / "folder").symlink_to(tmp_path / "private")
    done = _run("mask", album, tmp_path / "out")
    assert done.exit_code == 0
    assert "folder/ (link to a folder, not followed), out.png (link that leaves" in done.stderr
    written = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*")}
    assert {name for name in written if name.endswith(".png")} == {
        "1.png", "sub/2.png", "within.png",
    }  # fmt: skip
    skipped = (tmp_path / "out" / "skipped.csv").read_text().splitlines()
    assert len(skipped) == 3
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "a").symlink_to(album)
    with pytest.raises(ValueError, match=r"only 1 other files; a/: link to a folder, not foll"):
        apply(MASK, tmp_path / "only", tmp_path / "out2")


def test_a_folder_that_cannot_be_read_is_named(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def closed(path: Any = ".") -> Any:
        if Path(os.fspath(path)).name == "sub" and "in" in Path(os.fspath(path)).parts:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    done = _run("mask", album, tmp_path / "out", "--quiet")
    assert done.exit_code == 1
    assert done.stderr == "unmask: sub/: folder that cannot be read: Permission denied\n"
    assert "sub/,folder that cannot" in (tmp_path / "out" / "skipped.csv").read_text()


def test_names_that_differ_by_case_alone(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "A.png"):
        Image.fromarray(FACE).resize((96, 96)).save(album / name)
    with monkeypatch.context() as patch:
        patch.setattr("unmask.defenses.apply.targets._ignores_case", lambda folder: True)
        with pytest.raises(ValueError, match=r"A\.png and .*a\.png would be one file there"):
            apply(MASK, album, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        assert len(apply(MASK, album, tmp_path / "out", rename=True).rows) == 4
    assert len(apply(MASK, album, tmp_path / "both").rows) == 4


@pytest.mark.parametrize("spec", ["none", "swirl", "invert"])
def test_what_is_there_to_be_seen_through_needs_a_flag(
    album: Path, tmp_path: Path, spec: str
) -> None:
    refused = _run(spec, album, tmp_path / "out")
    assert refused.exit_code == 2
    assert "--anyway" in refused.stderr
    assert not (tmp_path / "out").exists()
    done = _run(spec, album, tmp_path / "out", "--anyway")
    assert done.exit_code in (0, 3, 4)  # 3: a second look found the face
    assert (tmp_path / "out" / "manifest.csv").exists()


def test_a_chosen_setting_is_not_believed(album: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.json"
    spec = {"defense": "pixelate", "params": {"blocks": 8}}
    for holds, code, said in (
        (False, 2, "did not hold its limit"),
        (None, 0, "was held to no limit"),
        (True, 0, ""),
    ):
        chosen.write_text(json.dumps({**spec, "holds": holds}))
        done = _run(f"@{chosen}", album, tmp_path / f"out{holds}")
        assert done.exit_code == code
        assert said in " ".join(done.stderr.split()).replace("│ ", "")
    chosen.write_text(json.dumps({**spec, "holds": False}))
    assert _run(f"@{chosen}", album, tmp_path / "out", "--anyway").exit_code == 0
    bad = {"defense": "mask", "params": {"fill": "black,region=eyes"}}
    chosen.write_text(json.dumps(bad))
    done = _run(f"@{chosen}", album, tmp_path / "no")
    assert isinstance(done.exception, ValueError)
    assert "fill must be" in str(done.exception)
    chosen.write_text(json.dumps({"defense": "folder", "params": {"path": str(album / "sub")}}))
    assert _run(f"@{chosen}", album, tmp_path / "no").exit_code == 2
    done = _run(f"@{chosen}", album, tmp_path / "no", "--anyway")
    assert "is where the photos themselves are" in str(done.exception)
    assert not (tmp_path / "no").exists()


def test_what_lies_in_the_target_is_told(album: Path, tmp_path: Path) -> None:
    _run("mask", album, tmp_path / "out")
    (album / "1.png").unlink()
    done = _run("mask", album, tmp_path / "out", "--overwrite")
    assert "1 file in the target not of this run, left as they are: 1.png" in done.stderr


def test_names_of_people_are_noticed(album: Path, tmp_path: Path) -> None:
    def told(*names: str) -> list[str]:
        return list(telling(Pair(Path(n), Path(n), n) for n in names))

    plain = ("IMG_0017.jpg", "DSC01234.JPG", "PXL_20240101_1200.jpg", "2024/03/P1010001.JPG",
             "100CANON/_MG_1.jpg", "20240101_120000.jpg", "photo (3).png", "7.png")  # fmt: skip
    assert told(*plain) == []
    names = ("Aaron_Peirsol/0001.jpg", "anna.png", "IMG_anna_1.jpg", "Grüße/1.png", "王伟/1.jpg")
    assert told(*names) == list(names)
    done = _run("mask", album, tmp_path / "out")
    assert "may be those of people: sub/2.png; --rename gives others" in done.stderr
    done = _run("mask", album, tmp_path / "new", "--rename")
    assert "may be those of people" not in done.stderr
    assert "new-names.csv; keep it to yourself" in done.stderr


def test_drawn_names_hide_all_names(album: Path, tmp_path: Path) -> None:
    """Also those of what could not be read or was skipped: the records are published, too."""
    (album / "anna.jpg").write_bytes(b"no picture")
    (album / "anna.mp4").write_bytes(b"no video")
    (album / "anna.txt").write_text("no picture")
    (album / "anna").symlink_to(tmp_path)
    done = _run("mask", album, tmp_path / "out", "--rename")
    assert "skipped: anna.txt (no picture)" in done.stderr or "anna/" in done.stderr
    for file in (tmp_path / "out").iterdir():
        assert "anna" not in file.name
        assert b"anna" not in file.read_bytes()
    with pytest.raises(ValueError, match="leave out --rename"):
        apply(MASK, album / "1.png", tmp_path / "one.png", rename=True)
    assert "--rename" not in _run("mask", album / "sub" / "2.png", tmp_path / "2.png").stderr


@pytest.fixture
def long(tmp_path: Path) -> Path:
    (tmp_path / "long").mkdir()
    Image.fromarray(FACE).save(tmp_path / "long" / "000.jpg")
    for i in range(1, 300):
        os.link(tmp_path / "long" / "000.jpg", tmp_path / "long" / f"{i:03}.jpg")
    return tmp_path / "long"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
def test_sigterm_is_like_ctrl_c(long: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    program = [str(Path(sys.executable).parent / "unmask"), "apply", "mask", str(long), str(out),
               "--workers", "2"]  # fmt: skip
    running = subprocess.Popen(program, stderr=subprocess.PIPE, text=True)
    while not list(out.glob("[0-9]*.jpg")):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    running.send_signal(signal.SIGTERM)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 143
    assert said.endswith("stopped; photos that are done are kept: go on with the same command "
                         "and --resume\n")  # fmt: skip
    assert not list(out.glob(".unmask-*"))
    for child in children:
        place = Path(f"/proc/{child}/cmdline")
        assert not place.exists() or b"spawn_main" not in place.read_bytes()
    named = len((out / "manifest.csv").read_text().splitlines()) - 1
    assert 0 < len(list(out.glob("[0-9]*.jpg"))) <= named < 300
