"""One small database of things that are slow to compute, keyed by content."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path


class Cache:
    """Bytes by key, in one SQLite file that several processes may share.

    SQLite writes an entry whole or not at all, so there are no torn entries; a file
    that is damaged all the same is set aside and started anew.

    Args:
        path: the file; its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._run("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB)")
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".damaged"))
            self._run("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB)")

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return what is known of these keys."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), 500):  # SQLite bounds the number of variables
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._run(f"SELECT key, value FROM entries WHERE key IN ({marks})", *part)
            found.update((bytes(key), bytes(value)) for key, value in rows)
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Store entries; a key that is already there keeps its value."""
        with closing(self._open()) as database, database:
            database.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?)", entries.items())

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=60)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        return database

    def _run(self, statement: str, *values: bytes) -> list[tuple[bytes, bytes]]:
        with closing(self._open()) as database, database:
            return database.execute(statement, values).fetchall()


@cache
def _at(path: Path) -> Cache:
    return Cache(path)


def default_cache() -> Cache:
    """Return the user's cache: `$UNMASK_CACHE`, else the platform's cache folder.

    It holds face boxes, landmarks and embeddings, never pictures.
    """
    folder = os.environ.get("UNMASK_CACHE")
    if not folder:
        from platformdirs import user_cache_dir

        folder = user_cache_dir("unmask")
    return _at(Path(folder) / "cache.sqlite")
