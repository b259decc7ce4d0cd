"""The table that says what became of each photo."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ..base import Outcome
from ..files.atomic import write_bytes
from ..files.printable import printable

MANIFEST = "manifest.csv"
COLUMNS = ("path", "outcome", "faces", "reason", "hash_in", "hash_out", "regions", "seconds")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell starts that a spreadsheet computes


@dataclass(frozen=True)
class Row:
    """What happened to one photo; one line of the manifest.

    Args:
        path: path below the source, with forward slashes.
        outcome: `defended`; `no_face` and `unchanged` (not written, or with the pixels they
            had, as was asked for); `failed` (nothing written).
        faces: how many faces were found.
        reason: why it failed, whether it was written, or what else is to be known of it.
        hash_in: SHA-256 of the file that was read, hexadecimal; empty if it was not.
        hash_out: that of the file that was written; empty if none was.
        regions: left, top, width and height of each connected part that might change.
        seconds: how long it took, without reading and writing the file.
    """

    path: str
    outcome: Outcome
    faces: int
    reason: str = ""
    hash_in: str = ""
    hash_out: str = ""
    regions: tuple[tuple[int, int, int, int], ...] = ()
    seconds: float = field(default=0.0, compare=False)


class Manifest:
    """A CSV file that gets its rows one by one, so that it holds what was done at any time.

    Columns are those of `Row`. No cell starts like a formula: a path then has `./` before
    it, by which it still names the same file, and a reason has an apostrophe.

    Args:
        path: the file; made, or replaced, with the first row. None: rows go nowhere.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def add(self, row: Row) -> None:
        """Write a row.

        Raises:
            OSError: there is no room for it; then nothing of it is in the file.
        """
        if self._path is None:
            return
        if self._file is None:
            self._file = _begun(self._path)
        before, line = self._file.tell(), _line(*_cells(row))
        try:
            while line:  # a disk that is nearly full takes a part of it
                line = line[self._file.write(line) :]
        except OSError:
            self._file.truncate(before)
            raise

    def close(self) -> None:
        """Write no more rows."""
        if self._file is not None:
            with self._file as file:
                os.fsync(file.fileno())


def _begun(path: Path) -> BinaryIO:
    write_bytes(path, _line(*COLUMNS))  # a link there is replaced
    return path.open("ab", buffering=0)


def _cells(row: Row) -> tuple[str, ...]:
    path = f"./{row.path}" if row.path.startswith(_FORMULA) else row.path
    reason = printable(row.reason)
    reason = f"'{reason}" if reason.startswith(_FORMULA) else reason
    regions = " ".join(",".join(map(str, box)) for box in row.regions)
    seconds = f"{row.seconds:.4f}"
    return (path, row.outcome, str(row.faces), reason, row.hash_in, row.hash_out, regions, seconds)


def _line(*cells: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
