"""What lies in a data set of runs is read whatever is beside it; what was changed is left out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import unmask
from unmask.evaluate.cli.main import app
from unmask.evaluate.collection.add import add
from unmask.evaluate.collection.read import read_all
from unmask.evaluate.results.records import Record

Make = Callable[..., Path]
Row = Callable[..., list[Record]]


@pytest.fixture
def many(run: Make, made: Row, tmp_path: Path) -> Path:
    for number in (1, 2, 3):
        add(run(f"run{number}", made(f"pixelate:blocks={number}", number / 10)), tmp_path / "many")
    return tmp_path / "many"


def test_a_damaged_file_is_one_line_and_the_rest_goes_on(many: Path) -> None:
    first, second, _ = sorted(many.iterdir())
    first.write_bytes(first.read_bytes()[:-100])
    second.write_bytes(b"")
    parquet.write_table(pyarrow.table({"a": [1]}), many / "x.parquet")
    (many / "notes.txt").write_text("mine", "utf-8")
    (many / ".unmask-half.parquet").write_bytes(b"half")
    found = read_all(many)
    assert [entry.run for entry in found.entries] == ["run3"]
    assert len(found.said) == 3
    assert all("is left out: it " in line and "\n" not in line for line in found.said)
    done = CliRunner().invoke(app, ["report", str(many)])
    assert done.exit_code == 0
    assert done.stderr.count("! ") == 3
    assert "pixelate:blocks=3" in done.stdout


def test_a_changed_figure_is_noticed_and_left_out(many: Path) -> None:
    path = sorted(many.iterdir())[0]
    rows = parquet.read_table(path).to_pylist()
    rows[0]["value"] = 0.001
    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    found = read_all(many)
    assert [entry.run for entry in found.entries] == ["run3", "run2"]
    assert "another seal" in found.said[0]
    for cell in ("status", "date", "attackers", "settings"):
        rows = parquet.read_table(sorted(many.iterdir())[-1]).to_pylist()
        rows[-1][cell] = "at least"
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
        assert len(read_all(many).entries) == 2, cell


def test_a_row_that_was_taken_out_is_noticed(many: Path) -> None:
    path = sorted(many.iterdir())[0]
    parquet.write_table(parquet.read_table(path).slice(1), path)
    assert len(read_all(many).entries) == 2


def test_other_programs_may_put_all_runs_into_one_file(many: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.read_parquet(many)
    assert {"dataset", "defense", "value", "attackers", "photos", "date"} <= set(table.columns)
    one = tmp_path / "one.parquet"
    table.to_parquet(one)
    assert [e.run for e in read_all(one).entries] == [e.run for e in read_all(many).entries]
    assert read_all(one).said == ()


def test_columns_of_a_later_version_stay(many: Path, monkeypatch: pytest.MonkeyPatch,
                                         run: Make, made: Row) -> None:  # fmt: skip
    from unmask.evaluate.collection import parquet as ours

    cells = ours._cells

    def more(entry: Any) -> list[dict[str, Any]]:
        return [{**row, "form": 2, "weather": "rain"} for row in cells(entry)]

    with monkeypatch.context() as later:
        later.setattr(ours, "_cells", more)
        later.setitem(ours._RUN, "weather", "text")
        path = add(run("later", made("mask", 0.2)), many).path
    before = path.read_bytes()
    assert "later" in [entry.run for entry in read_all(many).entries]
    add(run("last", made("mask", 0.25)), many)
    assert path.read_bytes() == before
    assert parquet.read_table(path)["weather"].to_pylist() == ["rain", "rain"]


def test_a_schema_of_records_that_is_not_known(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmask.evaluate.collection.parquet.SCHEMA", 3)
    with pytest.raises(ValueError, match=r"holds no runs that can be read .*schema 2"):
        read_all(many)


def test_an_empty_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no records\.jsonl"):
        unmask.read(tmp_path)
