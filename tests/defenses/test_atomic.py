"""Writing whole files: names of any length, short writes, full disks."""

import errno
import os
from pathlib import Path

import pytest

from unmask.defenses.files.atomic import check_writable, replacing, write_bytes, write_text


def test_the_longest_names_that_there_are(tmp_path: Path) -> None:
    for length in (245, 246, 255):
        path = tmp_path / ("a" * (length - 4) + ".jpg")
        write_bytes(path, b"content")
        assert path.read_bytes() == b"content"


def test_the_old_file_stays_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "before")

    def full(handle: int) -> None:  # as network disks do: no room is said at the end
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_text(path, "after")
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_the_temporary_file_keeps_the_ending(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "plot.png") as temporary:
        assert temporary.suffix == ".png"
        temporary.write_bytes(b"picture")
    assert (tmp_path / "new" / "plot.png").read_bytes() == b"picture"


def test_a_place_is_tried_and_left_as_it_was(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    check_writable(tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        check_writable(tmp_path / "file" / "below")
