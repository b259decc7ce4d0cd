"""The cache: kept by content, shared by processes, safe against damage."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from unmask.defenses.files import cache as cache_module
from unmask.defenses.files import cache_file
from unmask.defenses.files.cache import Cache, cache_folder, default_cache

FILL = """
import sys
from pathlib import Path
from unmask.defenses.files.cache import Cache
for number in range(30):
    entries = {f"{sys.argv[2]} {number}".encode(): b"x" * 1000, b"shared": b"same"}
    Cache(Path(sys.argv[1])).put_many(entries)
"""


def test_gives_back_what_was_put(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new folder" / "cache.sqlite")
    cache.put_many({b"a": b"1", b"empty": b""})
    assert cache.get_many([b"a", b"b", b"empty"]) == {b"a": b"1", b"empty": b""}
    assert Cache(cache.path).get_many([b"a"]) == {b"a": b"1"}


def test_the_first_value_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    cache.put_many({b"a": b"1"})
    cache.put_many({b"a": b"2"})
    assert cache.get_many([b"a"]) == {b"a": b"1"}


def test_many_keys_at_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    entries = {b"%d" % number: b"%d" % -number for number in range(2500)}
    cache.put_many(entries)
    assert cache.get_many([*entries, b"unknown"]) == entries
    assert cache.get_many([]) == {}


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"no database at all" * 100)
    cache = Cache(path)
    cache.put_many({b"a": b"1"})
    assert cache.get_many([b"a"]) == {b"a": b"1"}
    assert path.with_suffix(".damaged").read_bytes().startswith(b"no database")


def test_processes_share_it(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    command = [sys.executable, "-W", "error", "-c", FILL, str(path)]
    workers = [subprocess.Popen([*command, str(number)], cwd=tmp_path) for number in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    keys = [b"%d %d" % (worker, number) for worker in range(3) for number in range(30)]
    assert len(Cache(path).get_many([*keys, b"shared"])) == 91


def test_a_file_that_another_process_removes_is_no_reason_to_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last process to close it takes `-wal` away, once in a while after we have seen it."""
    path = tmp_path / "cache.sqlite"
    gone = path.with_name("cache.sqlite-wal")
    monkeypatch.setattr(cache_file, "files_of", lambda path: [path, gone])
    cache = Cache(path)
    cache.put_many({b"a": b"1"})
    assert cache.get_many([b"a"]) == {b"a": b"1"}


def test_the_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "here"))
    default_cache().put_many({b"a": b"1"})
    assert (tmp_path / "here" / "cache.sqlite").exists()
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "there"))
    assert default_cache().get_many([b"a"]) == {}


def test_what_was_not_used_for_longest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1e9
    monkeypatch.setattr("time.time", lambda: now)
    cache = Cache(tmp_path / "cache.sqlite", cap=10_000)
    for number in range(10):
        now += 10_000
        cache.put_many({b"%d" % number: b"x" * 1000})
    now += 10_000
    assert cache.get_many([b"0"])  # used again, so 1 is now the oldest
    now += 10_000
    cache.put_many({b"new": b"x" * 2000})
    left = cache.get_many([b"%d" % number for number in range(10)] + [b"new"])
    assert set(left) == {b"0", *(b"%d" % number for number in range(3, 10)), b"new"}


def test_entries_of_an_older_version_are_misses(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB)")
        database.execute("INSERT INTO entries VALUES (?, ?)", (b"a", b"1"))
    cache = Cache(path)
    assert cache.get_many([b"a"]) == {}
    cache.put_many({b"a": b"2"})
    assert cache.get_many([b"a"]) == {b"a": b"2"}


def test_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", "off")
    cache = default_cache()
    cache.put_many({b"a": b"1"})
    cache.drop([b"a"])
    assert cache.get_many([b"a"]) == {}
    assert cache_folder().name == "unmask"  # where weights go


CHANGES = {
    "emptied": "UPDATE entries SET value = x''",
    "null": "UPDATE entries SET value = NULL",
    "a number": "UPDATE entries SET value = 1000000000000",
    "text": "UPDATE entries SET value = CAST(value AS TEXT)",
    "cut": "UPDATE entries SET value = substr(value, 1, 100)",
    "longer": "UPDATE entries SET value = value || x'00'",
    "other keys": "UPDATE entries SET key = randomblob(32)",
    "no time": "UPDATE entries SET used = NULL",
    "one for all": "UPDATE entries SET value = (SELECT value FROM entries "
    f"WHERE key = x'{'07' * 32}')",
    "no table": "DROP TABLE entries",
    "other table": "ALTER TABLE entries RENAME TO others",
    "other columns": "ALTER TABLE entries RENAME COLUMN value TO worth",
}
ENTRIES = {bytes([n]) * 32: bytes([n]) * 1208 for n in range(40)}


def _filled(path: Path) -> None:
    Cache(path).put_many(ENTRIES)  # closed at once: all of it is in the one file
    assert not path.with_name(path.name + "-wal").exists()


def _is_right(path: Path) -> None:
    """Whatever is told is true, and everything can be asked and stored again."""
    for _ in range(3):
        cache = Cache(path)
        told = cache.get_many(list(ENTRIES))
        assert told == {key: ENTRIES[key] for key in told}
        cache.put_many(ENTRIES)
        again = cache.get_many(list(ENTRIES))
        assert again == {key: ENTRIES[key] for key in again}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_entry_is_a_miss(change: str, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    _filled(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(CHANGES[change])
    told = Cache(path).get_many(list(ENTRIES))
    right = {"no time": ENTRIES, "text": ENTRIES, "one for all": {b"\7" * 32: b"\7" * 1208}}
    assert told == right.get(change, {})
    _is_right(path)


def test_a_changed_entry_is_computed_and_kept_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    _filled(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(CHANGES["emptied"])
    cache = Cache(path)
    assert cache.get_many(list(ENTRIES)) == {}
    cache.put_many(ENTRIES)
    assert Cache(path).get_many(list(ENTRIES)) == ENTRIES


@pytest.mark.parametrize("seed", range(25))
def test_noise_in_the_file_never_shows(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    _filled(path)
    rng = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    if seed == 0:
        data[4096:8192] = bytes(4096)  # the second page
    elif seed == 1:
        del data[100:]
    elif seed < 13:
        start = int(rng.integers(0, len(data) - 4096))
        data[start : start + 4096] = rng.bytes(4096)
    else:
        for place in rng.integers(0, len(data), 200):
            data[place] ^= 1 << int(rng.integers(8))
    path.write_bytes(data)
    _is_right(path)


def test_trouble_means_no_cache_and_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = Cache(tmp_path / "file" / "cache.sqlite")
    for _ in range(3):
        cache.put_many({b"a": b"1"})
        assert cache.get_many([b"a"]) == {}
    assert len(caplog.records) == 1
    assert "going on without the cache" in caplog.text


def test_a_foreign_database_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE recipes (name TEXT)")
        database.execute("INSERT INTO recipes VALUES ('soup')")
    cache = Cache(path)
    cache.put_many({b"a": b"1"})
    assert cache.get_many([b"a"]) == {}
    assert "not a cache of unmask" in caplog.text
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM recipes").fetchall() == [("soup",)]


def test_a_lock_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache_file, "WAIT", 0.1)
    path = tmp_path / "cache.sqlite"
    _filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        cache = Cache(path)
        start = time.monotonic()
        for number in range(20):
            cache.put_many({b"%d" % number: b"1"})
        assert time.monotonic() - start < 2
    assert len(caplog.records) == 1


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        connection.execute("PRAGMA max_page_count=4")
        return connection

    opened = cache_module.opened
    monkeypatch.setattr(cache_module, "opened", full)
    cache = Cache(tmp_path / "cache.sqlite")
    cache.put_many(ENTRIES)
    assert cache.get_many(list(ENTRIES)) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def modes(folder: Path) -> set[int]:
        return {file.stat().st_mode & 0o777 for file in folder.iterdir()}

    made, older, shared = tmp_path / "made", tmp_path / "older", tmp_path / "shared"
    for folder in (older, shared):
        folder.mkdir(mode=0o755)
        _filled(folder / "cache.sqlite")
        (folder / "cache.sqlite").chmod(0o644)
    (shared / "letter.txt").touch(0o644)
    for folder, mode in ((made, 0o700), (older, 0o700), (shared, 0o755)):
        monkeypatch.setenv("UNMASK_CACHE", str(folder))
        default_cache().put_many({b"x": b"1"})
        assert folder.stat().st_mode & 0o777 == mode
        assert modes(folder) == ({0o600, 0o644} if folder is shared else {0o600})
        assert (folder / "cache.sqlite-wal").exists()  # with its mode looked at, too


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child uses no threads
def test_a_fork_and_threads_share_it(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache.sqlite")
    cache.put_many({b"a": b"1"})
    threads = [
        threading.Thread(target=cache.put_many, args=({b"%d" % n: b"t"},)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if (child := os.fork()) == 0:
        cache.put_many({b"child": b"2"})
        os._exit(0 if cache.get_many([b"a"]) == {b"a": b"1"} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(cache.get_many([b"a", b"child", *(b"%d" % n for n in range(8))])) == 10
