"""One picture or video file: what it becomes is made beside its target, and then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..files.atomic import staged, takes_no_more
from ..files.hashes import sha256_of
from ..files.printable import printable
from .manifest import Row, failed, noted
from .one_photo import anonymize_bytes
from .records import TEMPORARY
from .settings import Settings
from .targets import Pair
from .video import VIDEOS, anonymize_video


class Work(NamedTuple):
    """A photo to do.

    Args:
        pair: which file becomes which.
        known: what an earlier run said of it.
        begin: how the name of its temporary file begins.
    """

    pair: Pair
    known: Row | None = None
    begin: str = TEMPORARY

    @property
    def temporary(self) -> Path:
        """Its temporary file: short, whatever the photo is called, and no other photo's."""
        key = hashlib.sha256(self.pair.key.encode()).hexdigest()[:16]
        return self.pair.target.with_name(f"{self.begin}{key}{self.pair.target.suffix}")


class Staged(NamedTuple):
    """A photo that is done, but for the rename.

    Args:
        work: what was to be done.
        row: what happened.
        temporary: the new file; None if there is none.
        kept: what an earlier run wrote still stands, and nothing is to be done.
    """

    work: Work
    row: Row
    temporary: Path | None = None
    kept: bool = False


def stage(
    work: Work, settings: Settings, watch: Callable[[str, int, int], None] | None = None
) -> Staged:
    """Make what a photo or video becomes, under a temporary name.

    Args:
        work: what is to be done.
        settings: how.
        watch: called after each frame of a video with "frames: " and its name, those done,
            and all.

    Raises:
        ImportError: a package that the defense or the detector needs is missing.
        OSError: the disk is full or cannot be written to.
    """
    pair = work.pair
    if pair.source.suffix.lower() in VIDEOS:
        return _stage_video(work, settings, watch)
    try:
        data = pair.source.read_bytes()
    except OSError as error:
        return Staged(work, replace(failed(pair.path, error), outcome="unreadable"))
    if work.known and _stands(work.known, hashlib.sha256(data).hexdigest(), pair):
        return Staged(work, work.known, kept=True)
    made = anonymize_bytes(data, pair.key, settings, pair.target.suffix)
    row = _shown(made.row, pair)
    if made.data is None:
        if pair.source == pair.target:
            row = replace(row, reason=row.reason.replace("not written", "left as it was"))
        return Staged(work, row)
    try:
        temporary = staged(pair.target, made.data, work.temporary.name)
    except OSError as error:
        if takes_no_more(error):
            raise
        return Staged(work, replace(failed(pair.path, error), hash_in=row.hash_in))
    return Staged(work, row, temporary)


def _stage_video(
    work: Work, settings: Settings, watch: Callable[[str, int, int], None] | None
) -> Staged:
    pair, temporary = work.pair, work.temporary
    try:
        came = sha256_of(pair.source)
    except OSError as error:
        return Staged(work, replace(failed(pair.path, error), outcome="unreadable"))
    if work.known and _stands(work.known, came, pair):
        return Staged(work, work.known, kept=True)

    def frames(done: int, total: int) -> None:
        if watch:
            watch(f"frames: {printable(pair.path)}", done, total)

    row = anonymize_video(
        pair.source, temporary, pair.key, defense=settings.defense, seed=settings.seed,
        detector=settings.detector, on_miss=settings.on_miss, options=settings.video,
        max_pixels=settings.max_pixels,
        progress=frames,
    ).row  # fmt: skip
    row = _shown(row, pair)
    if row.outcome == "defended":
        row = noted(row, settings.remark)
    if row.outcome == "defended" and (more := settings.not_for_videos):
        row = noted(row, f"not for videos, where everybody is defended: {more}")
    return Staged(work, row, temporary if row.hash_out else None)


def _shown(row: Row, pair: Pair) -> Row:
    """Return the row under the name that is shown; nothing in it must tell the one it hides."""
    reason = row.reason
    if pair.shown:
        for name in (pair.key, Path(pair.key).name):
            reason = reason.replace(printable(name), pair.shown).replace(name, pair.shown)
    return replace(row, path=pair.path, reason=reason, hash_in=pair.came(row.hash_in))


def settle(done: Staged) -> Row:
    """Put a photo that was staged in its place; what an earlier run left there goes.

    Of a photo that is not written, in place, the source stays as it is.

    Raises:
        OSError: the disk is full or cannot be written to.
    """
    target, row = done.work.pair.target, done.row
    if done.kept:
        return row
    if done.temporary is None:
        if target != done.work.pair.source:
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
        return row
    try:
        done.temporary.replace(target)
    except OSError as error:
        drop(done)
        if takes_no_more(error):
            raise
        return replace(failed(row.path, error), hash_in=row.hash_in)
    return row


def drop(done: Staged) -> None:
    """Remove what was staged."""
    if done.temporary is not None:
        with contextlib.suppress(OSError):
            done.temporary.unlink(missing_ok=True)


def apply_photo(source: Path, target: Path, name: str, settings: Settings) -> Row:
    """Defend one picture file; the result depends on the arguments and the file alone.

    Args:
        source: the picture.
        target: the file to write, replaced if it exists; its folder is made.
        name: as in `anonymize_bytes`.
        settings: what to do.

    Returns:
        What happened. For a photo that cannot be read, defended or written, and one that
        `on_miss` leaves out, there is no file at `target` then.

    Raises:
        ValueError: source and target are one file.
        ImportError: a package that the defense or the detector needs is missing.
        OSError: the disk is full or cannot be written to.
    """
    if target.exists() and target.samefile(source):
        raise ValueError(
            f"the target {printable(target)} is the source itself; choose another place"
        )
    return process_shard([Pair(source, target, name)], settings)[0]


def process_shard(pairs: Sequence[Pair], settings: Settings) -> list[Row]:
    """Defend a part of the photos, one after the other, in this process.

    The files depend on nothing but the arguments, so whoever does which part, and how
    often, they are the same. Each appears whole or not at all.

    Args:
        pairs: which file becomes which.
        settings: what to do.

    Raises:
        ImportError: a package that the defense or the detector needs is missing.
        OSError: the disk is full or cannot be written to.
    """
    return [settle(stage(Work(pair), settings)) for pair in pairs]


def sweep(folder: Path, begin: str = TEMPORARY) -> int:
    """Remove the temporary files of runs that were broken off; return how many there were.

    Args:
        folder: the target.
        begin: how their names begin: those of a part of the work have a beginning of their own.
    """
    count = 0
    for top, _, names in os.walk(folder):
        for name in names:
            if name.startswith(begin):
                with contextlib.suppress(OSError):
                    Path(top, name).unlink()
                    count += 1
    return count


def _stands(known: Row, came: str, pair: Pair) -> bool:
    """Whether what an earlier run said of a file, which now has a hash, is still true."""
    if pair.source == pair.target:
        if known.hash_out == came:  # what it wrote itself is never done again
            return True
        return not known.hash_out and known.hash_in == came and _is_final(known)
    if known.hash_in != pair.came(came) or not _is_final(known):
        return False
    if not known.hash_out:
        return not pair.target.exists()
    try:
        return sha256_of(pair.target) == known.hash_out
    except OSError:
        return False


def _is_final(known: Row) -> bool:
    return known.outcome not in ("failed", "unreadable")
