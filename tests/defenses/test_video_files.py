"""Video files in and out: times, turns, sound, and nothing else of the source."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unmask.defenses import DEFENSES, Pixels
from unmask.defenses.apply.video import VideoMade, VideoOptions, anonymize_video, unreadable
from unmask.defenses.apply.video.read import opened
from unmask.defenses.faces.hog import Hog

av = pytest.importorskip("av")

FACE = np.ascontiguousarray(data.astronaut()[:200, 120:320])
SECRET = b"SECRET-4711"


def _frames(count: int = 12) -> list[Pixels]:
    """Return a real face that moves over a wall, 240x320."""
    frames = []
    for number in range(count):
        frame = np.full((240, 320, 3), (60, 90, 120), np.uint8)
        frame[20:220, 10 + 3 * number : 210 + 3 * number] = FACE
        frames.append(frame)
    return frames


def _video(
    path: Path, frames: Sequence[Pixels], times: Sequence[int] | None = None, *,
    turn: int = 0, sound: str = "", codec: str = "libx264",
) -> Path:  # fmt: skip
    """Write a video that tells more than its pictures; times are in hundredths of a second."""
    with av.open(str(path), "w") as file:
        file.metadata.update(title=SECRET.decode(), location="+48.1000+011.5000/", comment="GPS")
        if path.suffix in (".mp4", ".mkv"):
            file.set_chapters([_chapter()])
        video = file.add_stream(codec, rate=25)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = "yuv420p" if frames[0].shape[0] % 2 == 0 else "yuv444p"
        if path.suffix != ".avi":
            video.codec_context.time_base = Fraction(1, 100)
        video.metadata["handler_name"] = SECRET.decode()
        if turn:
            video.set_display_rotation(turn)
        audio = file.add_stream(sound, rate=48000, options={"strict": "-2"}) if sound else None
        layout = "stereo" if sound == "vorbis" else "mono"
        if path.suffix == ".mkv":
            cover = io.BytesIO()
            Image.fromarray(FACE).save(cover, "JPEG", comment=SECRET)
            file.add_attachment("cover.jpg", "image/jpeg", cover.getvalue())
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = times[number] if times else 4 * number
            frame.time_base = Fraction(1, 100)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        if audio:
            for start in range(0, 24000 - 1023, 1024):
                wave = np.sin(np.arange(start, start + 1024) / 20).astype(np.float32)
                waves = np.stack([wave] * (1 + (layout == "stereo")))
                heard = av.AudioFrame.from_ndarray(waves, format="fltp", layout=layout)
                heard.sample_rate, heard.pts = 48000, start
                file.mux(audio.encode(heard))
            file.mux(audio.encode(None))
    return path


def _chapter() -> Any:
    return {
        "id": 1, "start": 0, "end": 1, "time_base": Fraction(1, 10),
        "metadata": {"title": SECRET.decode()},
    }  # fmt: skip


def _made(source: Path, target: Path, spec: str = "pixelate", **options: Any) -> VideoMade:
    return anonymize_video(
        source, target, source.name, defense=DEFENSES.build(spec), seed=3,
        options=VideoOptions(**options),
    )  # fmt: skip


def _read(path: Path) -> tuple[list[Pixels], list[float]]:
    with opened(path) as video:
        base = float(video.video.time_base or 0)
        shots = [*video.shots()]
    return [shot.pixels for shot in shots], [shot.pts * base for shot in shots]


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as file:
        return [bytes(packet) for packet in file.demux(audio=0) if packet.size]


@pytest.mark.parametrize(
    ("ending", "sound"),
    [("mp4", "aac"), ("mkv", "libopus"), ("mov", "aac"), ("avi", "libmp3lame")],
)
def test_pictures_times_and_sound_stay_and_nothing_else(
    tmp_path: Path, ending: str, sound: str
) -> None:
    codec = "mpeg4" if ending == "avi" else "libx264"
    source = _video(tmp_path / f"in.{ending}", _frames(), sound=sound, codec=codec)
    target = tmp_path / f"out.{ending}"
    row = _made(source, target).row
    assert (row.outcome, row.faces) == ("defended", 1), row
    before, after = _read(source), _read(target)
    frame = 0.041 if ending == "avi" else 1e-3  # it rounds where sound begins earlier
    assert after[1] == pytest.approx(before[1], abs=frame)
    for old, new in zip(before[0], after[0], strict=True):
        assert np.abs(new[:, -60:].astype(int) - old[:, -60:]).mean() < 3
        assert np.abs(new[40:120, 100:150].astype(int) - old[40:120, 100:150]).mean() > 8
    assert _packets(target) == _packets(source)
    assert row.hash_in == hashlib.sha256(source.read_bytes()).hexdigest()
    assert row.hash_out == hashlib.sha256(target.read_bytes()).hexdigest()
    assert SECRET in source.read_bytes()
    with av.open(str(source)) as file:
        assert len(file.streams.video) == 1 + (ending == "mkv")  # a cover is a stream of its own
    _check_bare(target)


def _check_bare(path: Path) -> None:
    assert SECRET not in path.read_bytes()
    assert b"+48.1" not in path.read_bytes()
    with av.open(str(path)) as file:
        assert {stream.type for stream in file.streams} <= {"video", "audio"}
        assert len(file.streams.video) == 1
        assert not {"title", "location", "comment", "creation_time"} & set(file.metadata)
        assert not file.chapters()


@pytest.mark.parametrize("full", [False, True])
def test_colours_stay(tmp_path: Path, full: bool) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    matrix, extent = av.video.reformatter.Colorspace.ITU709, 2 if full else 1
    with av.open(str(source), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"crf": "5"})
        stream.height, stream.width, stream.pix_fmt = 240, 320, "yuv420p"
        context = stream.codec_context
        context.colorspace, context.color_range = 1, extent
        context.color_primaries = context.color_trc = 1
        for pixels in _frames(3):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range=extent)
            frame.colorspace, frame.color_range = 1, extent
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    _made(source, target, crf=5)
    with av.open(str(target)) as file:
        found = file.streams.video[0].codec_context
        assert (found.colorspace, found.color_range) == (1, extent)
        assert (found.color_primaries, found.color_trc) == (1, 1)
    walls = [_read(path)[0][0][:, -60:].reshape(-1, 3).mean(0) for path in (source, target)]
    assert walls[0] == pytest.approx((60, 90, 120), abs=1.1)
    assert walls[1] == pytest.approx(walls[0], abs=1.1)  # the wrong matrix would shift by 5


def test_no_frame_shows_the_face(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mp4", _frames(6))
    assert _made(source, tmp_path / "out.mp4", "mask").row.outcome == "defended"
    assert all(Hog().find(frame) for frame in _read(source)[0])
    assert not any(Hog().find(frame) for frame in _read(tmp_path / "out.mp4")[0])


@pytest.mark.parametrize("ending", ["mp4", "mkv", "webm"])
def test_varying_times_stay(tmp_path: Path, ending: str) -> None:
    times = [0, 3, 11, 12, 20, 50]
    codec = "libvpx-vp9" if ending == "webm" else "libx264"
    source = _video(tmp_path / f"in.{ending}", _frames(6), times, codec=codec)
    assert _made(source, tmp_path / f"out.{ending}").row.outcome == "defended"
    assert _read(tmp_path / f"out.{ending}")[1] == pytest.approx(
        [t / 100 for t in times], abs=1e-3
    )


@pytest.mark.parametrize("turn", [90, 180, -90])
def test_a_turned_video_becomes_upright(tmp_path: Path, turn: int) -> None:
    lying = [np.ascontiguousarray(np.rot90(frame, -turn // 90)) for frame in _frames(4)]
    source = _video(tmp_path / "in.mp4", lying, turn=turn)
    assert _made(source, tmp_path / "out.mp4").row.outcome == "defended"
    with av.open(str(tmp_path / "out.mp4")) as file:
        frame = next(file.decode(video=0))
        assert (frame.rotation, frame.width, frame.height) == (0, 320, 240)
    upright, shown = _read(tmp_path / "out.mp4")[0][0].astype(int), _frames(1)[0]
    wrong = [np.abs(upright - other).mean() for other in (shown[::-1], shown[:, ::-1])]
    assert np.abs(upright - shown).mean() < min(wrong) / 3


def test_sound_is_dropped_or_encoded_anew(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mkv", _frames(4), sound="aac")
    _made(source, tmp_path / "silent.mkv", audio=False)
    with av.open(str(tmp_path / "silent.mkv")) as file:
        assert not file.streams.audio
    assert _made(source, tmp_path / "out.webm").row.outcome == "defended"
    with av.open(str(tmp_path / "out.webm")) as file:
        assert file.streams.audio[0].codec_context.name == "opus"
        heard = sum(frame.samples for frame in file.decode(audio=0))
    assert heard == pytest.approx(24000, abs=2500)


def test_sound_that_brings_titles_along_is_encoded_anew(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mkv", _frames(3), sound="vorbis")
    _made(source, tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as file:
        assert file.streams.audio[0].codec_context.name == "aac"


def test_the_same_again_is_the_same_file(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mkv", _frames(4), sound="aac")
    for name in ("a.mkv", "b.mkv"):
        _made(source, tmp_path / name, "noise")
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


def test_odd_sizes_lose_a_line(tmp_path: Path) -> None:
    frames = [frame[:239, :319] for frame in _frames(3)]
    source = _video(tmp_path / "in.mp4", frames)
    assert _made(source, tmp_path / "out.mp4").row.outcome == "defended"
    assert _read(tmp_path / "out.mp4")[0][0].shape == (238, 318, 3)


def test_codec_and_crf(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mp4", _frames(4))
    _made(source, tmp_path / "a.mp4", codec="libx265", crf=30)
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert file.streams.video[0].codec_context.name == "hevc"
    _made(source, tmp_path / "b.mp4", crf=10)
    _made(source, tmp_path / "c.mp4", crf=40)
    assert (tmp_path / "b.mp4").stat().st_size > 1.5 * (tmp_path / "c.mp4").stat().st_size
    row = _made(source, tmp_path / "d.mp4", codec="mpeg4", crf=3).row
    assert row.outcome == "failed"
    assert "crf is for libx264" in row.reason
    assert "no_such" in _made(source, tmp_path / "d.mp4", codec="no_such").row.reason
    assert not (tmp_path / "d.mp4").exists()


def _broken(folder: Path) -> Iterator[tuple[Path, str]]:
    whole = _video(folder / "whole.mkv", _frames(25)).read_bytes()
    yield folder / "missing.mp4", "cannot be read"
    for name, content, said in (
        ("empty.mp4", b"", "no video that can be read"),
        ("text.avi", b"no video at all" * 99, "no video that can be read"),
        ("cut.mkv", whole[: len(whole) // 2], "cut off"),
    ):
        (folder / name).write_bytes(content)
        yield folder / name, said
    moov_last = _video(folder / "whole.mp4", _frames(5)).read_bytes()
    (folder / "cut.mp4").write_bytes(moov_last[: len(moov_last) // 2])
    yield folder / "cut.mp4", "no video that can be read"


def test_broken_videos_fail_in_one_line_and_leave_nothing(tmp_path: Path) -> None:
    places = [*_broken(tmp_path)]
    (tmp_path / "out").mkdir()
    for source, said in places:
        row = _made(source, tmp_path / "out" / source.name).row
        assert row.outcome == "failed", row
        assert said in row.reason
        assert "\n" not in row.reason
        assert str(tmp_path) not in row.reason
    assert not [*(tmp_path / "out").iterdir()]


def test_damaged_videos_stop_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    small = [frame[::2, ::2] for frame in _frames(4)]
    (tmp_path / "out").mkdir()
    outcomes = set()
    for ending in ("mp4", "mkv"):
        whole = _video(tmp_path / f"whole.{ending}", small, sound="aac").read_bytes()
        for kind in range(8):
            data = bytearray(whole)
            if kind % 2:
                start = int(rng.integers(0, len(data) - 400))
                del data[start : start + int(rng.integers(1, 400))]
            else:
                for place in rng.integers(0, len(data), 20):
                    data[place] = rng.integers(256)
            source, target = tmp_path / f"in.{ending}", tmp_path / "out" / f"out.{ending}"
            source.write_bytes(data)
            row = _made(source, target, "mask").row
            outcomes.add(row.outcome)
            assert target.exists() == (row.outcome == "defended"), row
            target.unlink(missing_ok=True)
    assert {"failed", "defended"} <= outcomes
    assert not [*(tmp_path / "out").iterdir()]


def test_nobody_is_seen(tmp_path: Path) -> None:
    wall = [np.full((120, 160, 3), 90, np.uint8)] * 3
    source, target = _video(tmp_path / "in.mp4", wall), tmp_path / "out.mp4"
    row = _made(source, target).row
    assert (row.outcome, row.faces, row.reason) == ("no_face", 0, "not written")
    assert not target.exists()
    row = anonymize_video(
        source, target, "in.mp4", defense=DEFENSES.build("mask"), seed=1, on_miss="copy"
    ).row
    assert (row.outcome, row.reason) == ("no_face", "written undefended")
    _check_bare(target)
    for on_miss, outcome in (("fail", "failed"), ("blank", "no_face")):
        row = anonymize_video(
            source, target, "in.mp4", defense=DEFENSES.build("mask"), seed=1, on_miss=on_miss
        ).row
        assert row.outcome == outcome
        assert target.exists() == (on_miss == "blank")
    assert np.ptp(_read(target)[0][0]) <= 4


def test_large_frames_are_not_decoded(tmp_path: Path) -> None:
    source = _video(tmp_path / "in.mp4", _frames(2))
    row = anonymize_video(
        source, tmp_path / "out.mp4", "in.mp4", defense=DEFENSES.build("mask"), seed=1,
        max_pixels=76_799,
    ).row  # fmt: skip
    assert row.outcome == "failed"
    assert "320 x 240 pixels, more than 76799" in row.reason


def test_gaps_are_told(tmp_path: Path) -> None:
    frames = _frames(20)
    for number in (9, 10, 11):  # a hand before the face
        frames[number][30:190, 3 * number + 40 : 3 * number + 190] = 90
    source = _video(tmp_path / "in.mp4", frames)
    made = _made(source, tmp_path / "out.mp4")
    assert [one.gaps for one in made.gaps] == [((9, 11),)]
    assert made.row.reason == "covered where not seen: track 1: frames 9-11"


def test_without_pyav_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unreadable() == ""
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    assert unreadable() == "videos need PyAV; pip install 'unmask[video]' (or av)"
