"""Videos are looked at, frame by frame."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.apply.tree import apply
from unmask.defenses.apply.video.read import opened
from unmask.evaluate.verify.run import Verdict, verify

from .conftest import Folders, scenes

av = pytest.importorskip("av")
LENGTH = 4


def _shot(frames: Sequence[Pixels], path: Path, **tags: str) -> None:
    with av.open(str(path), "w") as file:
        stream: Any = file.add_stream("libx264", rate=4, options={"crf": "12"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        file.metadata.update(tags)
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode(None))


def _frames(path: Path) -> list[Pixels]:
    with opened(path) as film:
        return [shot.pixels for shot in film.shots()]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A film of two people who move slowly, and its masked copy."""
    place = tmp_path_factory.mktemp("films")
    (place / "source").mkdir()
    scene = next(scenes())
    _shot([np.roll(scene, 2 * step, 1) for step in range(LENGTH)], place / "source" / "a.mp4")
    apply(DEFENSES.build("mask"), place / "source", place / "output")
    return Folders(place / "source", place / "output")


def _kinds(found: Verdict) -> set[tuple[str, str]]:
    return {(one.level, one.kind) for one in found.findings if one.level != "note"}


def _spoiled(films: Folders, place: Path, frames: Sequence[Pixels], **tags: str) -> Verdict:
    shutil.copytree(films.source, place / "source")
    (place / "output").mkdir()
    _shot(frames, place / "output" / "a.mp4", **tags)
    return verify(place / "source", place / "output", leakage=False, frames=0)


def test_a_masked_film_has_no_finding(films: Folders) -> None:
    found = verify(films.source, films.output, leakage=False, frames=2)
    assert not _kinds(found)
    assert found.photos == 2
    assert found.faces >= 4
    assert f"a.mp4: 2 of {LENGTH} frames were looked at; sound was not listened to" in found.notes


def test_a_single_clean_frame_is_found(films: Folders, tmp_path: Path) -> None:
    frames = _frames(films.output / "a.mp4")
    frames[2] = _frames(films.source / "a.mp4")[2]
    found = _spoiled(films, tmp_path, frames)
    assert {one.path for one in found.of("survivor")} == {"a.mp4, frame 2"}


def test_titles_and_lost_ends_are_told(films: Folders, tmp_path: Path) -> None:
    frames = _frames(films.output / "a.mp4")[:1]
    found = _spoiled(films, tmp_path, frames, title="Anna at home")
    assert ("survivor", "meta data") in _kinds(found)
    assert ("doubt", "not looked at") in _kinds(found)


def test_a_copy_and_a_missing_film_are_told(films: Folders, tmp_path: Path) -> None:
    copied = verify(films.source, films.source, leakage=False, frames=1)
    assert ("survivor", "copy") in _kinds(copied)
    (tmp_path / "empty").mkdir()
    lost = verify(films.source, tmp_path / "empty", leakage=False)
    assert _kinds(lost) == {("fault", "missing")}


def test_a_damaged_film_is_a_fault(films: Folders, tmp_path: Path) -> None:
    shutil.copytree(films.output, tmp_path / "output")
    whole = (films.output / "a.mp4").read_bytes()
    (tmp_path / "output" / "a.mp4").write_bytes(whole[: len(whole) // 2])
    found = verify(films.source, tmp_path / "output", leakage=False)
    assert ("fault", "unreadable") in _kinds(found)
