"""One small database of things that are slow to compute, keyed by content."""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from .cache_file import files_of, is_damage, opened, set_aside

CAP = 4 << 30  # bytes; far above what embeddings of a large data set need
_FRESH = 3600.0  # seconds: an entry read again within them is not marked anew
_DIGEST = 16  # bytes
_SHRINK = (
    "DELETE FROM entries WHERE key IN (SELECT key FROM "
    f"(SELECT key, SUM(LENGTH(value) - {_DIGEST}) OVER (ORDER BY used DESC, rowid DESC) "
    "AS total FROM entries) WHERE total > ?)"
)
_TROUBLE = (sqlite3.Error, OSError, ValueError, MemoryError)  # damage can show as any of them
_log = logging.getLogger("unmask")
_Connections = dict[tuple[int, int], sqlite3.Connection]


class Cache:
    """Bytes by key, in one SQLite file that several processes may share.

    Nothing that befalls it is ever an error. Each entry carries a digest of key and value: one
    that does not fit is dropped, as if it had never been there. A damaged file is set aside
    and started anew, once. After any other trouble (a folder that cannot be written, a full
    disk, a lock that is not given back) one line tells so, and this process goes on without.

    Args:
        path: the file, which only its owner may read; its folder is made. None: remember
            nothing.
        cap: bytes of all values; beyond it, what was not used for longest goes.
    """

    def __init__(self, path: Path | None, cap: int = CAP) -> None:
        self.path, self.cap = path, cap
        self._written = cap  # the first write looks how much is there
        self._healed = False
        # by process and thread: SQLite allows none to be taken over a fork
        self._connections: _Connections = {}
        weakref.finalize(self, _close, self._connections)

    def get_many(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return what is known of these keys."""
        found: dict[bytes, bytes] = {}
        now = time.time()
        for start in range(0, len(keys), 500):  # SQLite bounds the number of variables
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = self._run(
                f"SELECT key, value, used < ? FROM entries WHERE key IN ({marks})",
                [(now - _FRESH, *part)],
            )
            values = {key: _checked(key, value) for key, value, _ in rows}
            found |= {key: value for key, value in values.items() if value is not None}
            self.drop([key for key in values if key not in found])
            old = [(now, key) for key, _, is_old in rows if is_old and key in found]
            self._run("UPDATE entries SET used = ? WHERE key = ?", old)
        return found

    def put_many(self, entries: Mapping[bytes, bytes]) -> None:
        """Store entries; a key that is already there keeps its value."""
        if not entries:
            return
        now = time.time()
        self._run(
            "INSERT OR IGNORE INTO entries (key, value, used) VALUES (?, ?, ?)",
            [(key, _digest(key, value) + value, now) for key, value in entries.items()],
        )
        self._written += sum(map(len, entries.values()))
        if self._written > self.cap // 20:
            self._written = 0
            self._run(_SHRINK, [(self.cap,)])

    def drop(self, keys: Iterable[bytes]) -> None:
        """Forget entries."""
        self._run("DELETE FROM entries WHERE key = ?", [(key,) for key in keys])

    def _run(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Run a statement for all rows; return what a SELECT gives, nothing without a cache."""
        if not rows or self.path is None:
            return []
        try:
            return _executed(self._connection(self.path), statement, rows)
        except _TROUBLE as error:
            if is_damage(error) and not self._healed:
                self._healed = True
                _close(self._connections)
                set_aside(self.path)
                return self._run(statement, rows)
            self._give_up(error)
            return []

    def _connection(self, path: Path) -> sqlite3.Connection:
        place = os.getpid(), threading.get_ident()
        if place not in self._connections:
            self._connections[place] = opened(path)
        return self._connections[place]

    def _give_up(self, error: Exception) -> None:
        _close(self._connections)
        path, self.path = self.path, None
        if path and multiprocessing.parent_process() is None:  # workers: the parent tells it
            _log.warning(
                "unmask: going on without the cache %s (%s); `unmask cache clear` starts it "
                "anew, UNMASK_CACHE names another folder", path, error,
            )  # fmt: skip


def cache_folder() -> Path:
    """Return the folder of all that is kept: `$UNMASK_CACHE`, else the platform's.

    Downloaded weights lie there even where `UNMASK_CACHE=off` says to remember nothing.
    """
    folder = os.environ.get("UNMASK_CACHE")
    if folder and folder != "off":
        return Path(folder)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("unmask"))


def cache_path() -> Path:
    """Return where the user's cache is, or would be."""
    return cache_folder() / "cache.sqlite"


def default_cache() -> Cache:
    """Return the user's cache, which lies in `cache_folder()`.

    It holds face boxes, landmarks, embeddings and figures, never pictures. With
    `UNMASK_CACHE=off` nothing is remembered.
    """
    if os.environ.get("UNMASK_CACHE") == "off":
        return Cache(None)
    return _at(cache_path())


@cache
def _at(path: Path) -> Cache:
    with suppress(OSError):
        # a folder that holds nothing but ours was made by us, maybe for all to read; another
        # one stays as it is, and the files are private all the same
        ours = {file.name for file in files_of(path)}
        if ours and set(os.listdir(path.parent)) <= ours | {"models"}:
            path.parent.chmod(0o700)
    return Cache(path)


def _executed(
    connection: sqlite3.Connection, statement: str, rows: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    if statement.startswith("SELECT"):
        return connection.execute(statement, rows[0]).fetchall()
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        connection.executemany(statement, rows)
    return []


def _close(connections: _Connections) -> None:
    for place in [place for place in connections if place[0] == os.getpid()]:
        with suppress(sqlite3.Error):
            connections.pop(place).close()


def _digest(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(len(key).to_bytes(8) + key + value).digest()[:_DIGEST]


def _checked(key: Any, entry: Any) -> bytes | None:
    """Return the value of an entry; None if it is not what was stored under this key."""
    if not isinstance(key, bytes) or not isinstance(entry, bytes):
        return None
    value = entry[_DIGEST:]
    return value if entry[:_DIGEST] == _digest(key, value) else None
