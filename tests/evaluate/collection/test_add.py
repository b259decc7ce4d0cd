"""Runs are added to one data set, each once, by whoever is at work, and nobody is named there."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import unmask
from unmask.evaluate.cli.main import app
from unmask.evaluate.collection.add import add
from unmask.evaluate.collection.collected import Collection
from unmask.evaluate.results.records import Record

Make = Callable[..., Path]
Row = Callable[..., list[Record]]


def read(folder: Path) -> Collection:
    found = unmask.read(folder)
    assert isinstance(found, Collection)
    return found


def test_a_run_is_read_back_as_it_was(run: Make, made: Row, tmp_path: Path) -> None:
    records = [replace(r, run="one") for r in made("mask", 0.3, params={"fill": "black"})]
    added = add(run("one", records), tmp_path / "many")
    assert added.new
    assert re.fullmatch(r"one-[0-9a-f]{16}\.parquet", added.path.name)
    (entry,) = read(tmp_path / "many").entries
    assert list(entry.records) == records
    assert (entry.run, entry.date, entry.sealed) == ("one", "2026-11-01 10:00", True)
    assert entry.terms.attackers == ("naive", "pixels")
    assert not list((tmp_path / "many").glob(".unmask*"))


def test_a_run_added_twice_adds_nothing(run: Make, made: Row, tmp_path: Path) -> None:
    folder, many = run("one", made("mask", 0.3)), tmp_path / "many"
    first = add(folder, many)
    before = first.path.read_bytes()
    assert add(folder, many) == (first.path, False)
    copy = run("copy", [replace(r, seconds=9.0) for r in made("mask", 0.3)],
               made={"date": "2026-12-24 10:00 UTC"})  # fmt: skip
    assert add(copy, many) == (first.path, False)  # the same figures under another name and date
    assert [path.name for path in many.iterdir()] == [first.path.name]
    assert first.path.read_bytes() == before
    assert add(run("other", made("mask", 0.31)), many).new


def test_two_that_add_the_same_at_once(run: Make, made: Row, tmp_path: Path) -> None:
    folders = [run(f"run{n}", made("mask", 0.3 + n / 100)) for n in range(4)] * 3
    many = tmp_path / "of" / "many"  # none of them finds it there
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda folder: add(folder, many), folders))
    assert len(read(many).entries) == 4
    twin = next((many).glob("run0*"))  # two machines that both had looked before
    (many / f"else-{twin.name}").write_bytes(twin.read_bytes())
    assert len(read(many).entries) == 4


def test_records_changed_after_the_run_are_refused(run: Make, made: Row, tmp_path: Path) -> None:
    folder = run("one", made("mask", 0.75))
    source = folder / "records.jsonl"
    source.write_text(source.read_text("utf-8").replace("0.75", "0.05"), "utf-8")
    with pytest.raises(ValueError, match="not what the run wrote"):
        add(folder, tmp_path / "many")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    del config["records"]  # whoever takes that out is seen as one of whom nobody knows
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    add(folder, tmp_path / "many")
    told = CliRunner().invoke(app, ["report", str(tmp_path / "many")]).stdout
    assert "kept no digest of its records" in told.replace("\n", " ")


def test_records_beside_the_settings_of_another_run(run: Make, made: Row, tmp_path: Path) -> None:
    folder = run("one", made("mask", 0.3), photos="p", split_hash="another")
    with pytest.raises(ValueError, match="other data, split, budget or seed"):
        add(folder, tmp_path / "many")
    with pytest.raises(ValueError, match="no run of compare"):
        add(run("audit", made("mask", 0.3), command="audit-vlm"), tmp_path / "many")
    with pytest.raises(ValueError, match=r"no records\.jsonl"):
        add(tmp_path, tmp_path / "many")


def test_nobody_and_no_place_is_named(run: Make, made: Row, tmp_path: Path) -> None:
    spec = "folder:path=/home/jo/out,label=tool,stamp=ab"
    records = [
        *made(spec, 0.4, params={"path": "/home/jo/out", "label": "tool"}),
        *made("face_swap:weights=/home/jo/w.pt", 0.2, params={"weights": "/home/jo/w.pt"}),
        *made("mask", None, status="unavailable",
              reason="OSError: cannot read '/home/jo/Jo_Doe/1.png', or ~/x.png; 1/2 or and/or"),
    ]  # fmt: skip
    folder = run("one", records, defenses=[spec, "face_swap:weights=/home/jo/w.pt", "mask"],
                 files={"/home/jo/w.pt": "0123456789abcdef"}, owner="Jo Doe", details=["Jo_Doe"],
                 split={"test": ["Jo_Doe"], "hash": "split"},
                 folds=[{"test": ["Jo_Doe"]}, {"test": ["Jo_Roe"]}])  # fmt: skip
    added = add(folder, tmp_path / "many")
    told = json.dumps(parquet.ParquetFile(added.path).read().to_pylist())
    for secret in ("jo", "Jo", "home", "x.png", "unmask compare"):
        assert secret not in told, secret
    (entry,) = read(tmp_path / "many").entries
    assert entry.terms.folds == "2"
    assert [row.shown for row in entry.rows] == [
        "mask", "tool", "face_swap:weights=file-0123456789ab",
    ]  # fmt: skip
    assert "1/2 or and/or" in entry.rows[0].worst.reason


def test_into_is_checked_before_anything_is_measured(run: Make, made: Row, tmp_path: Path) -> None:
    folder = run("one", made("mask", 0.3))
    (tmp_path / "file").write_text("x", "utf-8")
    for into, why in ((folder, "folder of a run"), (tmp_path / "file", "is a file")):
        done = CliRunner().invoke(app, ["compare", "no-such-data", "--into", str(into)])
        assert isinstance(done.exception, ValueError)
        assert why in str(done.exception)


def test_finished_runs_are_added_by_report(run: Make, made: Row, tmp_path: Path) -> None:
    folders = [str(run(f"run{n}", made("mask", n / 10))) for n in (1, 2)]
    many = str(tmp_path / "many")
    done = CliRunner().invoke(app, ["report", *folders, "--into", many])
    assert done.stdout.count("added: ") == 2
    again = CliRunner().invoke(app, ["report", *folders, "--into", many])
    assert again.stdout.count("there already: ") == 2
    refused = CliRunner().invoke(app, ["report", *folders, "--into", many, "--format", "csv"])
    assert refused.exit_code == 2


def test_a_comparison_adds_itself(run: Make, made: Row, tmp_path: Path, plan: Any) -> None:
    found = unmask.read(run("one", made("mask", 0.3)))
    assert isinstance(found, unmask.evaluate.Comparison)
    assert found.add_to(tmp_path / "many").suffix == ".parquet"
