"""Anonymizing one picture."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import Photo
from ..faces.regions import bounds
from ..files.pictures import PictureMeta, decode_picture, encode_picture
from ..photo import Pixels
from .manifest import Row, failed, noted
from .settings import Settings
from .storing import stored, without_face

_BLANK = 128  # grey level of a picture that shows nothing


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
    digest = _hash(data)
    try:
        made = _made(data, digest, name, settings, ending or Path(name).suffix)
    except ImportError:
        raise  # would fail alike for every photo
    except UnreadableError as error:
        made = Made(None, replace(failed(name, error), outcome="unreadable"))
    except Exception as error:  # one bad photo, or one that a plug-in stumbles over
        made = Made(None, failed(name, error))
    seconds = time.perf_counter() - start
    return made._replace(row=replace(made.row, hash_in=digest, seconds=seconds))


def _made(data: bytes, digest: str, name: str, settings: Settings, ending: str) -> Made:
    pixels, meta = _decoded(data, name, settings.max_pixels)
    seen = settings.looking.look(pixels, meta.alpha, name=name, data_hash=digest,
                                 landmarks=settings.defense.needs_landmarks)  # fmt: skip
    faces = seen.stored + seen.shown
    done = settings.defense(Photo(pixels, name, faces=faces), seed=settings.seed)
    if done.outcome == "failed":
        raise ValueError(done.reason or f"{settings.defense.name} failed")
    meta, hidden = without_face(meta, done)
    row = noted(Row(name, done.outcome, len(faces) + seen.kept, seen.note), done.reason)
    if hidden and done.outcome == "unchanged" and not seen.stored:
        row = replace(row, outcome="defended")  # the face was in the opacity alone
    if seen.kept and not faces:
        row = replace(row, outcome="kept")
    missed = row.outcome not in ("defended", "kept")
    if missed and settings.on_miss == "skip":
        return Made(None, noted(row, "not written"))
    if missed and settings.on_miss == "fail":
        why = "no face was found" if row.outcome == "no_face" else "nothing was changed"
        return Made(None, replace(noted(row, why), outcome="failed"))
    if missed and settings.on_miss == "blank":
        written = encode_picture(f"photo{ending}", np.full_like(done.photo.pixels, _BLANK))
        return Made(written, replace(noted(row, "written blank"), hash_out=_hash(written)))
    row = noted(row, "written undefended" if missed else settings.remark)
    written, note = stored(data, done, meta, ending, lossless=settings.lossless)
    regions = () if missed else _parts(done.mask)
    return Made(written, noted(replace(row, hash_out=_hash(written), regions=regions), note))


class UnreadableError(ValueError):
    """It is no picture that can be decoded."""


def _decoded(data: bytes, name: str, max_pixels: int) -> tuple[Pixels, PictureMeta]:
    try:
        return decode_picture(data, Path(name).name, max_pixels=max_pixels)
    except ValueError as error:
        raise UnreadableError(str(error)) from error


def _parts(mask: NDArray[np.float32]) -> tuple[tuple[int, int, int, int], ...]:
    """Return left, top, width and height of each connected part of a region."""
    rows, columns = bounds(mask)
    there = (mask[rows, columns] > 0).astype(np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(there)
    left, top = columns.start, rows.start
    return tuple((int(x) + left, int(y) + top, int(w), int(h)) for x, y, w, h, _ in boxes[1:count])


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
