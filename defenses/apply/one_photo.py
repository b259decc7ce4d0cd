"""Anonymizing one picture."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import Defended, Photo
from ..faces.find import find_many
from ..files.atomic import write_bytes
from ..files.opacity import closed, faces_seen
from ..files.pictures import PictureMeta, decode_picture, encode_picture
from ..files.printable import printable
from .manifest import Row
from .settings import Settings

_HOPELESS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # would stop every other photo too


class Made(NamedTuple):
    """What became of one picture.

    Args:
        data: the new picture file; None where nothing is to be written.
        row: what happened.
    """

    data: bytes | None
    row: Row


def anonymize_bytes(data: bytes, name: str, settings: Settings, ending: str = "") -> Made:
    """Defend one picture file that was read already; its result depends on nothing else.

    Args:
        data: the content of the file.
        name: its stable name: path below the source, whose ending gives the format. It decides
            over the randomness, and is the row's path.
        settings: what to do.
        ending: how what is written ends, `.png` for example, if not as `name` does.

    Returns:
        The new file, and what happened. A bad picture is a row, never an error.

    Raises:
        ImportError: a package that the defense or the detector needs is missing.
    """
    start = time.perf_counter()
    try:
        made = _made(data, name, settings, ending or Path(name).suffix)
    except ImportError:
        raise  # would fail alike for every photo
    except Exception as error:  # one bad photo, or one that a plug-in stumbles over
        made = Made(None, _failed(name, error))
    seconds = time.perf_counter() - start
    return made._replace(row=replace(made.row, hash_in=_hash(data), seconds=seconds))


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
    try:
        made = anonymize_bytes(source.read_bytes(), name, settings, target.suffix)
    except OSError as error:
        made = Made(None, _failed(name, error))
    if made.data is None:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        return made.row
    try:
        write_bytes(target, made.data)
    except OSError as error:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        if error.errno in _HOPELESS:
            raise
        return replace(_failed(name, error), hash_in=made.row.hash_in)
    return made.row


def _made(data: bytes, name: str, settings: Settings, ending: str) -> Made:
    pixels, meta = decode_picture(data, Path(name).name)
    find = partial(find_many, detector=settings.detector)
    stored, shown = faces_seen(pixels, meta.alpha, find)
    done = settings.defense(Photo(pixels, name, faces=stored + shown), seed=settings.seed)
    if done.outcome == "failed":
        raise ValueError(done.reason or f"{settings.defense.name} failed")
    meta, hidden = _closed(meta, done)
    row = Row(name, done.outcome, len(done.photo.faces or ()), done.reason)
    if hidden and done.outcome == "unchanged" and not stored:
        row = replace(row, outcome="defended")  # the face was in the opacity alone
    missed = row.outcome != "defended"
    if missed and settings.on_miss == "skip":
        return Made(None, noted(row, "not written"))
    row = noted(row, "written undefended" if missed else settings.remark)
    written = encode_picture(f"photo{ending}", done.photo.pixels, meta)
    return Made(written, replace(row, hash_out=_hash(written), regions=_parts(done.mask)))


def _closed(meta: PictureMeta, done: Defended) -> tuple[PictureMeta, bool]:
    """Return the meta data with nothing to be seen in the opacity, and whether something was."""
    if meta.alpha is None:
        return meta, False
    alpha = closed(meta.alpha, done.mask)
    return replace(meta, alpha=alpha), bool((alpha != meta.alpha).any())


def _parts(mask: NDArray[np.float32]) -> tuple[tuple[int, int, int, int], ...]:
    """Return left, top, width and height of each connected part of a region."""
    count, _, boxes, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8))
    return tuple((int(x), int(y), int(w), int(h)) for x, y, w, h, _ in boxes[1:count])


def _failed(name: str, error: Exception) -> Row:
    # where files lie here is nobody's business who gets the manifest
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    return Row(name, "failed", 0, printable(" ".join(text.split()) or type(error).__name__))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def noted(row: Row, note: str) -> Row:
    """Return the row with something more to be known of it."""
    return replace(row, reason="; ".join(part for part in (row.reason, note) if part))
