"""Run folders that somebody cut or edited: one line that names the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unmask.evaluate.cli.main import app, main
from unmask.evaluate.cli.specs import split_specs
from unmask.evaluate.comparison.store import restore_file
from unmask.evaluate.results.records import Record, read_records, write_records

DEEP = '{"a":' * 100_000


def edited(field: str, value: object) -> Callable[[str], str]:
    def edit(line: str) -> str:
        entry: dict[str, Any] = json.loads(line)
        return json.dumps(entry | {field: value})

    return edit


def without(field: str) -> Callable[[str], str]:
    def edit(line: str) -> str:
        entry: dict[str, Any] = json.loads(line)
        del entry[field]
        return json.dumps(entry)

    return edit


DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "no defense": (edited("defense", None), "defense must be a text, got None"),
    "no low end": (edited("low", None), "needs value, low and high"),
    "a text as value": (edited("value", "0.5"), "value must be a number or null, got 0.5"),
    "a truth as value": (edited("value", True), "value must be a number or null, got True"),
    "a list as params": (edited("params", [1]), "params must be an object"),
    "half a person": (edited("people", 1.5), "people must be a whole number"),
    "another kind": (edited("kind", "leak"), "kind must be one of leakage"),
    "a list as kind": (edited("kind", ["leakage"]), "kind must be one of leakage"),
    "another status": (edited("status", "fine"), "status must be one of ok"),
    "another schema": (edited("schema", 99), "schema 99, expected 2"),
    "a field less": (without("statistic"), "statistic is missing"),
    "not a number": (
        lambda line: line.replace('"value": 0.9876', '"value": NaN'),
        "value must be",
    ),
    "too large": (lambda line: line.replace('"value": 0.9876', '"value": 1e999'), "value must be"),
    "a list": (lambda line: "[1, 2]", "a record is an object, got list"),
    "cut": (lambda line: line[:50], "is not a record"),
    "deep": (lambda line: DEEP, "nested too deeply"),
}


def report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["unmask", "report", str(folder)])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def fails(
    folder: Path, file: str, said: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert report(folder, monkeypatch) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert file in line
    assert said in line
    assert len(line) < 400


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_record_is_one_line(
    damage: str, made: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    edit, said = DAMAGE[damage]
    lines = [record.line() for record in made]
    lines[0] = edit(lines[0])
    (tmp_path / "records.jsonl").write_text("\n".join(lines) + "\n")
    fails(tmp_path, "records.jsonl, line 1", said, capsys, monkeypatch)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no records"),
        (b"\n\n", "holds no records"),
        (b"\xff\xfe{}", "is not UTF-8"),
        (b"{}\n", "line 1 is not a record"),
    ],
)
def test_a_damaged_file_is_one_line(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "records.jsonl").write_bytes(content)
    fails(tmp_path, "records.jsonl", said, capsys, monkeypatch)


def test_a_repeated_line_is_said(
    made: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "records.jsonl"
    write_records(path, [*made, *made])  # one figure is written once
    assert len(read_records(path)) == len(made)
    path.write_text(path.read_text() * 2)
    fails(tmp_path, "records.jsonl", f"line {len(made) + 1} repeats line 1", capsys, monkeypatch)


@pytest.mark.parametrize(
    "content", [b"[]", b'{"notes": [1, 2]}', b'{"notes": "x"}', b"{", b"\xff", DEEP.encode(), b""]
)
def test_a_damaged_config_is_one_line(
    content: bytes, made: list[Record], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write_records(tmp_path / "records.jsonl", made)
    (tmp_path / "config.json").write_bytes(content)
    fails(tmp_path, "config.json", "", capsys, monkeypatch)


def test_a_config_without_notes_is_fine(made: list[Record], tmp_path: Path) -> None:
    write_records(tmp_path / "records.jsonl", made)
    (tmp_path / "config.json").write_text("{}")
    assert CliRunner().invoke(app, ["report", str(tmp_path)]).exit_code == 0


@pytest.mark.parametrize("content", [b'{"people": [0, 1', b"", b"[]", b"\xff", DEEP.encode()])
def test_a_cut_measurement_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mask-0123.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"mask-0123\.json is damaged: .*; delete it"):
        restore_file(path)


@pytest.mark.parametrize("content", [DEEP, "[]", "{}", "3", '{"defense": "a", "params": 3}', "{"])
def test_a_damaged_choice_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "chosen.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"chosen\.json"):
        split_specs(f"@{path}")
