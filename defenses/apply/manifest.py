"""The table that says what became of each photo."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from ..base import Outcome
from ..files.atomic import write_bytes
from ..files.printable import printable, reason_of

RowOutcome = Outcome | Literal["kept", "unreadable"]
MANIFEST = "manifest.csv"
COLUMNS = ("path", "outcome", "faces", "reason", "hash_in", "hash_out", "regions", "seconds")
_OUTCOMES: tuple[RowOutcome, ...] = (*get_args(Outcome), "kept", "unreadable")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell starts that a spreadsheet computes


@dataclass(frozen=True)
class Row:
    """What happened to one photo; one line of the manifest.

    Args:
        path: path below the source, with forward slashes.
        outcome: `defended`; `no_face` and `unchanged` (not written, or with the pixels they
            had, as was asked for); `kept` (all of its faces were to stay visible; written with
            the pixels it had); `unreadable` and `failed` (nothing written).
        faces: how many faces were found.
        reason: why it failed, whether it was written, or what else is to be known of it.
        hash_in: SHA-256 of the file that was read, hexadecimal; empty if it was not.
        hash_out: that of the file that was written; empty if none was.
        regions: left, top, width and height of each connected part that might change.
        seconds: how long it took, without reading and writing the file.
    """

    path: str
    outcome: RowOutcome
    faces: int
    reason: str = ""
    hash_in: str = ""
    hash_out: str = ""
    regions: tuple[tuple[int, int, int, int], ...] = ()
    seconds: float = field(default=0.0, compare=False)


def noted(row: Row, note: str) -> Row:
    """Return the row with something more to be known of it."""
    return replace(row, reason="; ".join(part for part in (row.reason, note) if part))


def failed(name: str, error: Exception, hidden: Path | None = None) -> Row:
    """Return the row of a file that an error kept from being written; see `reason_of`."""
    return Row(name, "failed", 0, printable(reason_of(error, hidden)))


class Manifest:
    """A CSV file that gets its rows one by one, so that it holds what was done at any time.

    Columns are those of `Row`. No cell starts like a formula: a path then has `./` before
    it, by which it still names the same file, and a reason has an apostrophe.

    Args:
        path: the file; made, or replaced. None: rows go nowhere.
        rows: what it begins with.
        durable: each row is on the disk before `add` returns, also if power fails.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(
        self, path: Path | None, rows: Iterable[Row] = (), *, durable: bool = False
    ) -> None:
        self._file: BinaryIO | None = None
        self._durable = durable
        if path is not None:
            write_rows(path, rows)  # a link there is replaced
            self._file = _appended(path)

    def add(self, row: Row) -> None:
        """Write a row.

        Raises:
            OSError: there is no room for it; then nothing of it is in the file.
        """
        if self._file is None:
            return
        before, line = self._file.tell(), _line(*_cells(row))
        try:
            while line:  # a disk that is nearly full takes a part of it
                line = line[self._file.write(line) :]
        except OSError:
            self._file.truncate(before)
            raise
        if self._durable:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write no more rows."""
        if self._file is not None:
            with self._file as file:
                os.fsync(file.fileno())


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a whole manifest, or none."""
    write_bytes(path, b"".join([_line(*COLUMNS), *(_line(*_cells(row)) for row in rows)]))


def read_rows(path: Path) -> list[Row]:
    """Read what `Manifest` wrote; a row that was broken off is left out, and so are doubles.

    A photo that has several rows has the last of them, at the place of the first.

    Raises:
        ValueError: it has other columns.
        OSError: it cannot be read.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    lines = csv.reader(io.StringIO(text, newline=""))
    found = tuple(next(lines, ()))
    if found != COLUMNS:
        raise ValueError(f"{path.name} must have the columns {', '.join(COLUMNS)}; "
                         f"got {', '.join(found) or 'none'}")  # fmt: skip
    rows = {row.path: row for cells in lines if (row := _row(cells))}
    return list(rows.values())


def _appended(path: Path) -> BinaryIO:
    return path.open("ab", buffering=0)


def _row(cells: Sequence[str]) -> Row | None:
    try:
        path, outcome, faces, reason, came, went, regions, seconds = cells
        if path.startswith("./") and path[2:].startswith(_FORMULA):
            path = path[2:]
        if reason[:1] == "'" and reason[1:].startswith(_FORMULA):
            reason = reason[1:]
        boxes = tuple(_box(box) for box in regions.split())
        known = next(one for one in _OUTCOMES if one == outcome)
        return Row(path, known, int(faces), reason, came, went, boxes, float(seconds))
    except (ValueError, StopIteration):
        return None


def _box(text: str) -> tuple[int, int, int, int]:
    left, top, width, height = map(int, text.split(","))
    return left, top, width, height


def safe_cells(path: str, reason: str) -> tuple[str, str]:
    """Return a path and a reason that no spreadsheet computes."""
    path = f"./{path}" if path.startswith(_FORMULA) else path
    reason = printable(reason)
    return path, f"'{reason}" if reason.startswith(_FORMULA) else reason


def _cells(row: Row) -> tuple[str, ...]:
    path, reason = safe_cells(row.path, row.reason)
    regions = " ".join(",".join(map(str, box)) for box in row.regions)
    seconds = f"{row.seconds:.4f}"
    return (path, row.outcome, str(row.faces), reason, row.hash_in, row.hash_out, regions, seconds)


def _line(*cells: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
