"""The file below the cache: opened for its owner alone, prepared, counted, removed."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

WAIT = 5.0  # seconds for a lock that another process holds; a write takes milliseconds
_FORM = 2  # of the entries; raised when older ones cannot be read
_COLUMNS = ["key", "value", "used"]
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def opened(path: Path) -> sqlite3.Connection:
    """Open a cache that only its owner may read, making folder, file and table if need be.

    Entries of an older form are thrown away.

    Raises:
        OSError: it cannot be read, written or made.
        sqlite3.Error: it is damaged, locked, or a database of somebody else.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives the others its mode
    for file in files_of(path):
        with suppress(FileNotFoundError):  # of a process that has just closed it
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
    # statements begin and end their own transactions; any thread may close it
    connection = sqlite3.connect(path, WAIT, isolation_level=None, check_same_thread=False)
    connection.text_factory = bytes  # damage may turn bytes into text that is none
    try:
        _prepare_patiently(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def files_of(path: Path) -> list[Path]:
    """Return the files of a cache that are there: its own, SQLite's, a damaged one's."""
    return [one for one in (path, *_sides(path), path.with_suffix(".damaged")) if one.exists()]


def count(path: Path) -> int:
    """Return the number of entries, if the file is there.

    Raises:
        sqlite3.Error: it is damaged, locked, or no cache.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", WAIT, uri=True)) as file:
        return int(file.execute("SELECT COUNT(*) FROM entries").fetchone()[0])


def set_aside(path: Path) -> None:
    """Rename a damaged cache, as well as that goes, so that a new one can begin."""
    with suppress(OSError):
        path.replace(path.with_suffix(".damaged"))
        for side in _sides(path):
            side.unlink(missing_ok=True)


def is_damage(error: Exception) -> bool:
    """Return whether this error says that the file itself is damaged."""
    return _code(error) in _DAMAGED


def _prepare_patiently(connection: sqlite3.Connection) -> None:
    """Prepare a database where many do so at once; SQLite itself does not always wait."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return _prepare(connection)
        except sqlite3.OperationalError as error:
            if _code(error) not in _BUSY or time.monotonic() > end:
                raise
        time.sleep(0.02)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    if _form(connection) == (_FORM, _COLUMNS):
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        form, columns = _form(connection)  # another process may have been quicker
        if columns and columns[:2] != _COLUMNS[:2]:
            raise sqlite3.DatabaseError("not a cache of unmask")
        if (form, columns) != (_FORM, _COLUMNS):
            connection.execute("DROP TABLE IF EXISTS entries")
            connection.execute(
                "CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB, used REAL)"
            )
            connection.execute(f"PRAGMA user_version={_FORM}")


def _form(connection: sqlite3.Connection) -> tuple[int, list[str]]:
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    columns = connection.execute("PRAGMA table_info(entries)").fetchall()
    if not columns and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        return form, ["tables of somebody else"]
    return form, [column[1].decode(errors="replace") for column in columns]


def _code(error: Exception) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF  # the rest says more closely what happened


def _sides(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("-wal", "-shm")]
