"""The table that says what became of each shard, by which a run goes on."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...files.atomic import write_bytes
from ...files.hashes import sha256_of
from ...files.printable import printable
from .records import Shard, ShardDone

LEDGER = "shards.csv"
_COLUMNS = (
    "shard", "outcome", "pictures", "defended", "kept", "reason", "hash_in", "hash_out", "size_in",
    "size_out", "config", "seconds",
)  # fmt: skip


class Line(NamedTuple):
    """A line of the table: what is asked of an earlier run."""

    finished: bool
    size_in: int
    size_out: int
    config: str
    missed: int
    hash_in: str
    hash_out: str


class Ledger:
    """A CSV file with a line for each shard, written when all else of the shard is.

    Args:
        path: the file; made, or replaced unless `lines` were kept.
        config: text that changes whenever results would.
    """

    def __init__(self, path: Path, config: str) -> None:
        self._path, self._config = path, config
        self._file: BinaryIO | None = None

    def read(self) -> dict[str, Line]:
        """Return the lines of an earlier run by shard; half a line, of a kill, is none."""
        try:
            text = self._path.read_text("utf-8", "replace")
        except OSError:
            return {}
        found: dict[str, Line] = {}
        whole = text[: text.rfind("\n") + 1]
        for row in csv.DictReader(io.StringIO(whole, newline="")):
            try:
                found[_plain(row["shard"])] = Line(
                    row["outcome"] == "finished", int(row["size_in"]), int(row["size_out"]),
                    row["config"], int(row["pictures"]) - int(row["defended"]) - int(row["kept"]),
                    row["hash_in"], row["hash_out"],
                )  # fmt: skip
            except (KeyError, TypeError, ValueError):
                continue
        return found

    def is_finished(self, shard: Shard, lines: dict[str, Line]) -> bool:
        """Whether an earlier run finished a shard as this one would.

        Both files are read whole, which takes little beside what it took to make them: tar pads
        to 10 KiB, so that shards of other photos often have the same size.
        """
        line = lines.get(shard.key)
        if line is None or not line.finished or line.config != self._config:
            return False
        try:
            sizes = shard.source.stat().st_size, shard.target.stat().st_size
            return sizes == (line.size_in, line.size_out) and (
                sha256_of(shard.target) == line.hash_out
                and sha256_of(shard.source) == line.hash_in
            )
        except OSError:
            return False

    def keep(self, keys: set[str]) -> None:
        """Begin the table, with the lines of these shards from the one that is there."""
        kept = [_line(*_COLUMNS)]
        if keys:
            text = self._path.read_text("utf-8", "replace")
            rows = csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1], newline=""))
            kept += [
                _line(*(row[name] for name in _COLUMNS))
                for row in rows
                if _plain(row["shard"]) in keys
            ]
        write_bytes(self._path, b"".join(kept))
        self._file = self._path.open("ab", buffering=0)

    def add(self, done: ShardDone) -> None:
        """Write the line of a shard."""
        if self._file is None:
            raise ValueError("a table must be begun before it gets lines")
        shard = done.shard
        told = {
            "shard": _safe(shard.key),
            "outcome": "failed" if done.failed else "finished",
            "pictures": done.counts.total(),
            "defended": done.counts["defended"],
            "kept": done.counts["kept"],
            "reason": _safe(printable(done.failed)),
            "hash_in": done.hash_in,
            "hash_out": done.hash_out,
            "size_in": _size(shard.source),
            "size_out": 0 if done.failed else _size(shard.target),
            "config": self._config,
            "seconds": f"{done.seconds:.3f}",
        }
        self._file.write(_line(*(str(told[name]) for name in _COLUMNS)))
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _safe(cell: str) -> str:
    """Return a cell that no spreadsheet computes."""
    return f"./{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("./")


def _line(*cells: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
