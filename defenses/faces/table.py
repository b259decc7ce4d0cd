"""Faces that somebody has looked for already, from a Parquet file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from ..files.printable import encodable, printable
from ..photo import Face

COLUMNS = (
    "path", "sha256", "width", "height", "x", "y", "w", "h", "score", "five", "bbox",
    "detector", "version",
)  # fmt: skip
_PIXELS = ("x", "y", "w", "h")
_READ = ("path", "sha256", "width", "height", *_PIXELS, "score", "five", "bbox", "detector")
_LEAST = 2  # pixels: what is narrower is no box in pixels
_MOST = 3  # sides of the photo: what is larger is none either

Box = tuple[float, float, float, float]


class Known(NamedTuple):
    """What a table says of one photo.

    Args:
        faces: in pixels of the upright photo.
        doubt: why this may not be all, so that somebody has to look; empty if it is.
    """

    faces: tuple[Face, ...]
    doubt: str = ""


@dataclass(frozen=True)
class _Entry:
    """The rows of one photo, as they stand; `relative` boxes are corners in shares."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    faces: tuple[Face, ...] = ()
    relative: tuple[Box, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, eq=False)
class FaceTable:
    """The faces of many photos, by the path of each below its folder.

    It reads what `unmask detect` writes, and tables of others, of which two columns are enough:
    `path`, and where the faces are. That is either `x`, `y`, `w`, `h`: left, top, width, height
    in pixels of the photo as it is seen (the rotation of EXIF applied), one row a face, all four
    empty where a photo has none; or `bbox`: a list of `[x_min, y_min, x_max, y_max]` in shares of
    width and height, as albumentations and the blurrer of img2dataset have it, one row a photo.
    Where `sha256`, `width` and `height` are there, they are held against the file. `score` is
    taken along.

    Nothing in it can hide a face: a photo that it does not know, that is not the file it tells
    of, or one box of which cannot be, is looked at anew, and boxes that can be count besides.

    Args:
        digest: SHA-256 of the file, hexadecimal.
        any_box: the boxes are not of faces, so nothing is looked for inside them.
        own: `unmask detect` made it, which has looked at the opacity, too.
        remarks: what is to be known of the table as a whole.
    """

    digest: str
    any_box: bool = False
    own: bool = False
    remarks: tuple[str, ...] = ()
    entries: Mapping[str, _Entry] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path, *, any_box: bool = False) -> Self:
        """Read a table.

        Raises:
            ValueError: the file is missing or no Parquet, or lacks a column.
        """
        data, columns = _columns(path)
        rows = [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ]
        entries: dict[str, _Entry] = {}
        for row in rows:
            name = _name(row["path"], path)
            entries[name] = _with(entries.get(name, _Entry()), row)
        own = {"sha256", "detector", *_PIXELS} <= set(columns)
        checked = "sha256" in columns or {"width", "height"} <= set(columns)
        blind = "x" in columns and not checked
        remarks = (
            f"{printable(path.name)} has neither sha256 nor width and height: that its boxes are "
            "of these photos, in this size, is believed",
        )
        digest = hashlib.sha256(data + bytes([any_box])).hexdigest()
        return cls(digest, any_box, own, remarks if blind else (), entries)

    def faces_for(self, name: str, data_hash: str, width: int, height: int) -> Known:
        """Return what is known of a photo.

        Args:
            name: its path below its folder.
            data_hash: SHA-256 of its file, hexadecimal.
            width: of the photo, upright, in pixels.
            height: likewise.
        """
        entry = self.entries.get(name)
        if entry is None:
            return Known((), "it is not in the table")
        if entry.sha256 and entry.sha256.lower() != data_hash:
            return Known((), "the table is of another file of this name")
        size = (entry.width or width, entry.height or height)
        if size != (width, height):
            turned = "; not turned upright?" if size[::-1] == (width, height) else ""
            told = f"in the table {size[0]}x{size[1]}{turned}"
            return Known((), f"it has {width}x{height} pixels, {told}")
        faces = list(entry.faces)
        for a, b, c, d in entry.relative:
            (left, right), (top, bottom) = sorted((a, c)), sorted((b, d))
            box = (left * width, top * height, (right - left) * width, (bottom - top) * height)
            faces.append(Face(box))
        faces = list({face.box: face for face in faces}.values())
        fine = tuple(face for face in faces if _can_be(face.box, width, height))
        if entry.doubt or len(fine) == len(faces):
            return Known(fine, entry.doubt)
        wrong = next(face.box for face in faces if face not in fine)
        shown = ", ".join(f"{number:g}" for number in wrong)
        return Known(fine, f"a box in the table is not in its {width}x{height} pixels: {shown}")

    def unknown(self, names: Sequence[str]) -> str:
        """Return a complaint if it knows none of some photos; empty if it knows any."""
        if not names or any(name in self.entries for name in names):
            return ""
        example = (
            f", its first path is {printable(next(iter(self.entries)))}" if self.entries else ""
        )
        return (
            f"the face table knows none of the {len(names)} photos{example}, that of the photos "
            f"{printable(names[0])}; paths must be below the source"
        )


def _columns(path: Path) -> tuple[bytes, dict[str, list[Any]]]:
    import io

    import pyarrow
    import pyarrow.parquet

    try:
        data = path.read_bytes()
        file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
        there = [name for name in _READ if name in file.schema_arrow.names]
        columns = file.read(columns=there).to_pydict()
    except (OSError, pyarrow.ArrowException) as error:
        why = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ValueError(f"{printable(path)} cannot be read as Parquet: {why}") from error
    if "path" not in columns or not ({*_PIXELS} <= set(columns) or "bbox" in columns):
        raise ValueError(
            f"a face table needs the columns path, and x, y, w, h (pixels) or bbox (shares), "
            f"{printable(path)} has {', '.join(file.schema_arrow.names) or 'none'}"
        )
    if {*_PIXELS} <= set(columns):
        columns.pop("bbox", None)  # the same in other words
    return data, columns


def _name(text: Any, path: Path) -> str:
    if isinstance(text, bytes):
        text = encodable(text.decode("utf-8", "surrogateescape"))
    if not isinstance(text, str) or not text:
        raise ValueError(f"each row of {printable(path)} needs a path, got {text!r}")
    while text.startswith("./"):
        text = text[2:]
    return str(text)


def _with(entry: _Entry, row: Mapping[str, Any]) -> _Entry:
    """Return the entry with one more row."""
    size = (_whole(row.get("width")), _whole(row.get("height")))
    sha256 = row.get("sha256") or ""
    sha256 = sha256 if isinstance(sha256, str) else bytes(sha256).hex()
    doubt = entry.doubt
    if entry != _Entry() and (entry.sha256, entry.width, entry.height) != (sha256, *size):
        doubt = "the table says two things of it"
    entry = replace(entry, sha256=sha256, width=size[0], height=size[1])
    if "x" in row:
        box = [_number(row[name]) for name in _PIXELS]
        if all(row[name] is None for name in _PIXELS):
            return replace(entry, doubt=doubt)
        if not all(map(math.isfinite, box)) or min(box[2:]) < _LEAST:
            shown = ", ".join(f"{number:g}" for number in box)
            return replace(entry, doubt=f"a box in the table is none in pixels: {shown}")
        face = Face((box[0], box[1], box[2], box[3]), _score(row), _five(row))
        return replace(entry, faces=(*entry.faces, face), doubt=doubt)
    boxes, wrong = _shares(row["bbox"])
    return replace(entry, relative=(*entry.relative, *boxes), doubt=wrong or doubt)


def _shares(value: Any) -> tuple[list[Box], str]:
    """Return the corners in shares, and what is wrong with others."""
    if value is None:
        return [], "the table does not say where its faces are"
    boxes: list[Box] = []
    wrong = ""
    for one in value:
        corners = [_number(part) for part in one or ()]
        if len(corners) != 4 or not all(-1 <= part <= 2 for part in corners):
            wrong = f"a bbox in the table is not four shares from 0 to 1: {one}"
        else:
            boxes.append((corners[0], corners[1], corners[2], corners[3]))
    return boxes, wrong


def _can_be(box: Box, width: int, height: int) -> bool:
    """Return whether a box lies in the photo: its middle, and it is not much larger."""
    x, y, w, h = box
    inside = 0 <= x + w / 2 <= width and 0 <= y + h / 2 <= height
    return inside and min(w, h) > 0 and max(w, h) <= _MOST * max(width, height)


def _score(row: Mapping[str, Any]) -> float:
    score = _number(row.get("score"))
    return min(max(score, 0.0), 1.0) if math.isfinite(score) else 1.0


def _five(row: Mapping[str, Any]) -> Any:
    """Return the five points where the table is one of ours; others mean other points."""
    five = row.get("five") if "detector" in row and "sha256" in row else None
    if five is None or len(five) != 10 or not np.isfinite(five).all():
        return None
    return np.array(five, np.float32).reshape(5, 2)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _whole(value: Any) -> int:
    number = _number(value)
    return int(number) if math.isfinite(number) else 0
