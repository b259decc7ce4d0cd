"""Videos from the command line, alone and among photos."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data
from typer.testing import CliRunner

from unmask.defenses import DEFENSES
from unmask.defenses.apply.tree import apply
from unmask.defenses.apply.video import VideoOptions
from unmask.evaluate.cli.main import app

av = pytest.importorskip("av")
FACE = np.ascontiguousarray(data.astronaut()[:200, 120:320])


def _video(path: Path, frames: int = 6) -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = 200, 200, "yuv420p"
        for _ in range(frames):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(FACE, format="rgb24")))
        file.mux(stream.encode(None))
    return path


@pytest.fixture
def album(tmp_path: Path) -> Path:
    from unmask.defenses.files.pictures import write_picture

    (tmp_path / "album" / "trip").mkdir(parents=True)
    write_picture(tmp_path / "album" / "face.png", FACE)
    _video(tmp_path / "album" / "trip" / "clip.MP4")
    (tmp_path / "album" / "broken.mkv").write_bytes(b"no video")
    (tmp_path / "album" / "notes.txt").write_text("text")
    return tmp_path / "album"


def test_videos_among_photos(album: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    report = apply(
        DEFENSES.build("pixelate"), album, tmp_path / "out", progress=lambda *s: steps.append(s)
    )
    rows = {row.path: row for row in report.rows}
    assert {path: row.outcome for path, row in rows.items()} == {
        "broken.mkv": "failed", "face.png": "defended", "trip/clip.MP4": "defended",
    }  # fmt: skip
    assert rows["trip/clip.MP4"].faces == 1
    assert (tmp_path / "out" / "trip" / "clip.MP4").is_file()
    assert not (tmp_path / "out" / "broken.mkv").exists()
    assert report.summary == "3 files: 1 failed, 2 defended; 1 other files skipped"
    assert ("frames: trip/clip.MP4", 12, 12) in steps
    assert steps[-1] == ("apply", 3, 3)


def test_what_does_not_reach_videos_is_said(album: Path, tmp_path: Path) -> None:
    table = tmp_path / "faces.parquet"
    found = CliRunner().invoke(app, ["detect", str(album), "-o", str(table)])
    assert found.exit_code == 0, found.output
    assert "looks into them itself: broken.mkv, trip/clip.MP4" in found.output
    run = ["apply", "pixelate", str(album), str(tmp_path / "out"), "--lossless"]
    done = CliRunner().invoke(app, [*run, "--faces", str(table)])
    told = "not for videos, where everybody is defended: --lossless, --faces"
    assert told in done.output
    assert told in (tmp_path / "out" / "manifest.csv").read_text()
    assert "videos were not looked at again: 1" in done.output


def test_one_video_from_the_command_line(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mp4")
    run = ["apply", "pixelate", str(source), str(tmp_path / "out.mkv"), "--every", "2"]
    done = CliRunner().invoke(app, [*run, "--crf", "30", "--no-audio"])
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[:2] == ["1 file: 1 defended", "in.mp4: 1 face followed"]
    assert "voice" not in done.output
    done = CliRunner().invoke(app, [*run, "--overwrite"])
    assert "a voice tells who speaks" in done.output
    done = CliRunner().invoke(app, [*run[:3], str(tmp_path / "out.png")])
    assert "a video file ends with one of" in str(done.exception)


def test_without_pyav_photos_are_done_and_videos_are_named(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    done = CliRunner().invoke(app, ["apply", "pixelate", str(album), str(tmp_path / "out")])
    assert done.exit_code == 0
    assert "clip.MP4 (videos need PyAV; pip install 'unmask[video]'" in done.output
    assert (tmp_path / "out" / "face.png").is_file()
    assert not (tmp_path / "out" / "trip").exists()


def test_what_cannot_follow_a_face_fails_for_videos_alone(album: Path, tmp_path: Path) -> None:
    report = apply(DEFENSES.build("eye_bar"), album, tmp_path / "out")
    rows = {row.path: row for row in report.rows}
    assert rows["face.png"].outcome == "defended"
    assert rows["trip/clip.MP4"].outcome == "failed"
    assert "cannot follow a face" in rows["trip/clip.MP4"].reason


def test_what_is_done_is_not_done_again(album: Path, tmp_path: Path) -> None:
    (album / "broken.mkv").unlink()
    out = tmp_path / "out"
    first = apply(DEFENSES.build("noise"), album, out, seed=1)
    whole = (out / "trip" / "clip.MP4").read_bytes()
    assert "reproducible" in {row.path: row for row in first.rows}["trip/clip.MP4"].reason
    assert apply(DEFENSES.build("noise"), album, out, seed=1, resume=True).kept == 2
    (out / "trip" / "clip.MP4").unlink()
    again = apply(DEFENSES.build("noise"), album, out, seed=1, resume=True, workers=2)
    assert again.kept == 1
    assert (out / "trip" / "clip.MP4").read_bytes() == whole
    assert not [file for file in out.rglob(".unmask*")]
    with pytest.raises(ValueError, match="cannot be gone on with"):
        apply(DEFENSES.build("noise"), album, out, seed=1, resume=True, video=VideoOptions(crf=1))
