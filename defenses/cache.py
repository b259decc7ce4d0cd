"""One small database of things that are slow to compute, keyed by content."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

CAP = 4 << 30  # bytes; far above what embeddings of a large data set need
_FRESH = 3600.0  # seconds: an entry read again within them is not marked anew


class Cache:
    """Bytes by key, in one SQLite file that several processes may share.

    SQLite writes an entry whole or not at all, so there are no torn entries; a file
    that is damaged all the same is set aside and started anew.

    Args:
        path: the file; its folder is made.
        cap: bytes of all values; beyond it, what was not used for longest goes.
    """

    def __init__(self, path: Path, cap: int = CAP) -> None:
        self.path, self.cap = path, cap
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._make()
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".damaged"))
            self._make()

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return what is known of these keys."""
        found: dict[bytes, bytes] = {}
        now = time.time()
        for start in range(0, len(keys), 500):  # SQLite bounds the number of variables
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._run(f"SELECT key, value, used FROM entries WHERE key IN ({marks})", *part)
            found.update((bytes(key), bytes(value)) for key, value, _ in rows)
            old = [(now, key) for key, _, used in rows if used < now - _FRESH]
            if old:
                self._write("UPDATE entries SET used = ? WHERE key = ?", old)
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Store entries; a key that is already there keeps its value."""
        now = time.time()
        self._write(
            "INSERT OR IGNORE INTO entries (key, value, used) VALUES (?, ?, ?)",
            [(key, value, now) for key, value in entries.items()],
        )
        self._written += sum(map(len, entries.values()))
        if self._written > self.cap // 20:
            self._shrink()

    def drop(self, keys: Sequence[bytes]) -> None:
        """Forget entries."""
        self._write("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])

    def _shrink(self) -> None:
        self._written = 0
        self._run(
            "DELETE FROM entries WHERE key IN (SELECT key FROM (SELECT key, SUM(LENGTH(value)) "
            "OVER (ORDER BY used DESC, rowid DESC) AS total FROM entries) WHERE total > ?)",
            self.cap,
        )

    def _make(self) -> None:
        self._written = self.cap  # the first write looks how much is there
        self._run(
            "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB, used REAL)"
        )
        if not any(row[1] == "used" for row in self._run("PRAGMA table_info(entries)")):
            self._run("ALTER TABLE entries ADD COLUMN used REAL DEFAULT 0")

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=60)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        return database

    def _write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with closing(self._open()) as database, database:
            database.executemany(statement, rows)

    def _run(self, statement: str, *values: bytes | int) -> list[tuple[Any, ...]]:
        with closing(self._open()) as database, database:
            return database.execute(statement, values).fetchall()


class NoCache(Cache):
    """Remembers nothing, for measuring what a cache is worth."""

    def __init__(self) -> None:
        """Open nothing."""

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Know nothing."""
        return {}

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Store nothing."""


@cache
def _at(path: Path) -> Cache:
    return Cache(path)


def default_cache() -> Cache:
    """Return the user's cache: `$UNMASK_CACHE`, else the platform's cache folder.

    It holds face boxes, landmarks, embeddings and figures, never pictures. With
    `UNMASK_CACHE=off` nothing is remembered.
    """
    folder = os.environ.get("UNMASK_CACHE")
    if folder == "off":
        return NoCache()
    if not folder:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("unmask")
    return _at(Path(folder) / "cache.sqlite")
