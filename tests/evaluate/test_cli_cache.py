"""`unmask cache` and where weights lie, whatever state the cache is in."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from unmask.defenses.files.cache import Cache
from unmask.evaluate.cli.main import app
from unmask.evaluate.recognizers.known import KNOWN


def _said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["cache", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UNMASK_CACHE", str(tmp_path / "here"))
    return tmp_path / "here" / "cache.sqlite"


def test_size_and_clear(path: Path) -> None:
    assert _said("size") == _said("clear") == f"{path}: not there\n"
    Cache(path).put_many({b"a": b"1", b"b": b"2"})
    (path.parent / "models").mkdir()
    size = path.stat().st_size
    assert _said("size") == f"{path}: entries: 2; bytes: {size}\n"
    assert _said("clear") == f"{path}: {size} bytes deleted\n"
    assert [left.name for left in path.parent.iterdir()] == ["models"]


def test_a_damaged_cache_has_a_size_and_is_cleared(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    Cache(path).put_many({b"a": b"1"})  # set the damaged one aside
    path.write_bytes(b"damaged again" * 100)
    assert "cannot be read" in _said("size")
    assert "unmask cache clear" in _said("size")
    assert _said("clear") == f"{path}: 2400 bytes deleted\n"
    assert not list(path.parent.iterdir())


def test_switched_off_it_is_still_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNMASK_CACHE", "off")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / name))
    assert "nothing is remembered" in _said("size")
    Cache(tmp_path / "unmask" / "cache.sqlite").put_many({b"a": b"1"})
    assert "entries: 1" in _said("size")
    assert "deleted" in _said("clear")
    for known in KNOWN.values():  # what `unmask doctor` asks
        assert known.path.parent == tmp_path / "unmask" / "models"
