"""The cache: kept by content, shared by processes, safe against damage."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from unmask.defenses.cache import Cache, NoCache, default_cache

FILL = """
import sys
from pathlib import Path
from unmask.defenses.cache import Cache
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


def test_a_cache_of_an_older_version_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, value BLOB)")
        database.execute("INSERT INTO entries VALUES (?, ?)", (b"a", b"1"))
    cache = Cache(path)
    cache.put_many({b"b": b"2"})
    assert cache.get_many([b"a", b"b"]) == {b"a": b"1", b"b": b"2"}


def test_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", "off")
    cache = default_cache()
    cache.put_many({b"a": b"1"})
    assert isinstance(cache, NoCache)
    assert cache.get_many([b"a"]) == {}
