"""Runs over many shards: patterns, tables of what was done, going on, and equal bytes."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from unmask.defenses import DEFENSES
from unmask.defenses.apply import Part
from unmask.defenses.apply.pool import in_pool
from unmask.defenses.apply.shards.lists import read_list
from unmask.defenses.apply.shards.records import ShardConfig
from unmask.defenses.apply.shards.run import ShardsReport, apply_shards
from unmask.defenses.apply.shards.sources import Sources, expanded, find_shards
from unmask.defenses.apply.tree import apply
from unmask.evaluate.cli.main import app

from .conftest import FACE, Pack, encoded, unpacked

Shards = Callable[[], Path]


@pytest.fixture
def shards(tmp_path: Path, pack: Pack, face: bytes) -> Path:
    """Three shards, the second of which is damaged."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        pack(folder / f"s-{number:02}.tar", {"1.jpg": face, "1.txt": b"x"})
    whole = (folder / "s-01.tar").read_bytes()
    (folder / "s-01.tar").write_bytes(whole[:1500])
    return folder


def _go(source: object, target: Path, config: ShardConfig, **options: object) -> ShardsReport:
    found = find_shards(str(source))
    assert found is not None
    return apply_shards(found, target, config, in_pool, **options)  # type: ignore[arg-type]


def _files(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def _ledger(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="") as file:
        return {row["shard"]: row for row in csv.DictReader(file)}


def test_a_damaged_shard_does_not_stop_the_others(
    tmp_path: Path, shards: Path, config: ShardConfig
) -> None:
    report = _go(shards, tmp_path / "out", config)
    assert _files(tmp_path / "out") == {
        "s-00.tar", "s-02.tar", "shards.csv", "shards.json",
        "manifest/s-00.tar.csv", "manifest/s-02.tar.csv",
    }  # fmt: skip
    told = json.loads((tmp_path / "out" / "shards.json").read_text())
    assert (told["defense"], told["seed"]) == (config.settings.defense.spec, "secret")
    assert (told["shards"], told["failed"], told["outcomes"]) == (3, 1, {"defended": 2})
    assert [key for key, _ in report.failed] == ["s-01.tar"]
    assert report.summary == "3 shards: 2 written, 1 failed; 2 photos: 2 defended"
    lines = _ledger(tmp_path / "out" / "shards.csv")
    assert {key: row["outcome"] for key, row in lines.items()} == {
        "s-00.tar": "finished", "s-01.tar": "failed", "s-02.tar": "finished",
    }  # fmt: skip
    with (tmp_path / "out" / "manifest" / "s-00.tar.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["path"], row["outcome"]) == ("s-00.tar/1.jpg", "defended")


def test_resume_skips_what_is_finished_with_these_settings(
    tmp_path: Path, shards: Path, config: ShardConfig, pack: Pack, face: bytes
) -> None:
    out = tmp_path / "out"
    _go(shards, out, config)
    first = (out / "s-00.tar").stat().st_mtime_ns
    with pytest.raises(ValueError, match=r"s-00\.tar and 1 more exists already; .*--resume"):
        _go(shards, out, config)
    pack(shards / "s-01.tar", {"1.jpg": face})  # mended
    (out / "s-02.tar").write_bytes(b"of another run")
    with (out / "shards.csv").open("a") as file:
        file.write("s-02.tar,finished,half a li")  # as a kill leaves it
    report = _go(shards, out, config, resume=True)
    assert report.finished == 1
    assert not report.failed
    assert (out / "s-00.tar").stat().st_mtime_ns == first
    assert list(unpacked(out / "s-02.tar")) == ["1.jpg", "1.txt"]
    assert {row["outcome"] for row in _ledger(out / "shards.csv").values()} == {"finished"}
    assert len(_ledger(out / "shards.csv")) == 3
    assert _go(shards, out, config, resume=True).finished == 3
    other = replace(config, settings=replace(config.settings, defense=DEFENSES.build("none")))
    assert _go(shards, out, other, resume=True).finished == 0  # other settings, other bytes
    (shards / "s-00.tar").write_bytes(b"changed")
    assert _go(shards, out, other, resume=True).finished < 3


@pytest.mark.parametrize("which", ["source", "target"])
def test_a_shard_of_the_same_size_is_another_one(
    tmp_path: Path, shards: Path, config: ShardConfig, which: str
) -> None:
    """Tar pads to 10 KiB: photos that were taken out, or put back clean, leave the size alone."""
    out = tmp_path / "out"
    _go(shards, out, config)
    changed = {"source": shards, "target": out}[which] / "s-00.tar"
    data = bytearray(changed.read_bytes())
    data[-1] ^= 1  # in what pads it
    changed.write_bytes(data)
    assert _go(shards, out, config, resume=True).finished == 1  # s-02; s-01 is damaged


def test_engines_and_shares_give_equal_bytes(
    tmp_path: Path, shards: Path, config: ShardConfig
) -> None:
    """Ray: see test_ray.py, which compares with the same function."""
    noise = replace(config.settings, defense=DEFENSES.build("noise:sigma=0.5"))
    config = replace(config, settings=noise)
    found = find_shards(shards)
    assert found
    _go(shards, tmp_path / "one", config)
    apply_shards(found, tmp_path / "two", config, partial(in_pool, workers=2))
    for index in range(2):
        _go(shards, tmp_path / "parts", config, part=Part(index, 2))
    for folder in ("two", "parts"):
        for name in ("s-00.tar", "s-02.tar"):
            assert (tmp_path / folder / name).read_bytes() == (
                tmp_path / "one" / name
            ).read_bytes()
    marks = {f"shards-{index:05}-of-00002.csv" for index in range(2)}
    assert marks < _files(tmp_path / "parts")


def test_patterns(tmp_path: Path, shards: Path) -> None:
    assert list(expanded("{a,b}-{8..10}{}.tar")) == [
        f"{one}-{two}{{}}.tar" for one in "ab" for two in (8, 9, 10)
    ]
    with pytest.raises(ValueError, match="at most 1000000 files"):
        list(expanded("{0..999}{0..9999}"))
    all_of_them = tuple(shards / f"s-{number:02}.tar" for number in range(3))
    for pattern in ("s-{00..02}.tar", "s-*.tar", "s-0[0-2].tar"):
        assert find_shards(f"{shards}/{pattern}") == Sources(all_of_them, shards)
    with pytest.raises(ValueError, match=r"2 of the 5 files .* are missing, first .*s-03\.tar"):
        find_shards(f"{shards}/s-{{00..04}}.tar")
    with pytest.raises(ValueError, match="no file is named like"):
        find_shards(f"{shards}/x-*.tar")
    (shards / "photo.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match="holds 1 photos or videos and 3 shards; name one"):
        find_shards(shards)
    assert find_shards(tmp_path / "nothing") is None


def test_tables_without_pictures_are_no_shards(tmp_path: Path, face: bytes) -> None:
    """`img2dataset` writes one with addresses and captions beside each tar."""
    pq.write_table(pa.table({"url": ["x"], "caption": ["y"]}), tmp_path / "0.parquet")
    pq.write_table(pa.table({"jpg": [face], "path": ["y"]}), tmp_path / "1.parquet")
    found = find_shards(tmp_path)
    assert found
    assert (found.files, found.skipped) == ((tmp_path / "1.parquet",), 1)
    (tmp_path / "1.parquet").replace(tmp_path / "photo.jpg")
    assert find_shards(tmp_path) is None  # photos, with a table of faces among them


def test_links_that_leave_the_folder_are_not_followed(
    tmp_path: Path, shards: Path, pack: Pack, face: bytes
) -> None:
    pack(tmp_path / "private.tar", {"1.jpg": face})
    (shards / "link.tar").symlink_to(tmp_path / "private.tar")
    found = find_shards(shards)
    assert found
    assert shards / "link.tar" not in found.files


def test_source_and_target_must_be_apart(
    tmp_path: Path, shards: Path, config: ShardConfig
) -> None:
    before = _files(tmp_path)
    for source in (shards, f"{shards}/*.tar"):
        for target in (shards, tmp_path):
            with pytest.raises(ValueError, match="must not lie inside each other"):
                _go(source, target, config, overwrite=True)
    with pytest.raises(ValueError, match="must not lie inside each other"):
        _go(shards, shards / "out", config)
    with pytest.raises(ValueError, match="is the source itself"):
        _go(shards / "s-00.tar", shards / "s-00.tar", config, overwrite=True)
    assert _files(tmp_path) - before <= {"in/shards.csv"}


def test_one_shard_to_a_file(tmp_path: Path, shards: Path, config: ShardConfig) -> None:
    _go(shards / "s-00.tar", tmp_path / "out" / "new.tar", config)
    assert list(unpacked(tmp_path / "out" / "new.tar")) == ["1.jpg", "1.txt"]
    with pytest.raises(ValueError, match=r"s-00\.tar cannot become new\.parquet"):
        _go(shards / "s-00.tar", tmp_path / "out" / "new.parquet", config)


def test_a_folder_of_datasets_stays_one(
    tmp_path: Path, config: ShardConfig, face: bytes, wall: bytes
) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    columns = {"image": [face, wall, face], "n": [1, 2, 3]}
    features = datasets.Features({"image": datasets.Image(), "n": datasets.Value("int64")})
    saved = datasets.Dataset.from_dict(columns, features=features)
    both = datasets.DatasetDict({"train": saved, "test": saved.select([0])})
    both.save_to_disk(tmp_path / "saved", num_shards={"train": 2, "test": 1})
    (tmp_path / "saved" / "train" / "cache-0123.arrow").write_bytes(face)  # of an earlier map
    report = _go(tmp_path / "saved", tmp_path / "out", config)
    assert report.counts == {"defended": 3, "no_face": 1}
    new = datasets.load_from_disk(tmp_path / "out")
    assert {name: part["n"][:] for name, part in new.items()} == {"train": [1, 3], "test": [1]}
    assert new["train"]._fingerprint != saved._fingerprint
    assert not list((tmp_path / "out").rglob("cache*"))
    facts = json.loads((tmp_path / "saved" / "train" / "state.json").read_text())
    facts["_data_files"][0]["filename"] = "../../../etc/passwd"
    (tmp_path / "saved" / "train" / "state.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="names a file outside of it"):
        find_shards(tmp_path / "saved")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_list_of_photos(tmp_path: Path, face: bytes, kind: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.jpg").write_bytes(face)
    (tmp_path / "2.png").write_bytes(encoded(FACE, "PNG"))
    source = tmp_path / f"photos.{kind}"
    rows = {"label": ["x", "y", "z", ""], "File": ["a/1.jpg", "2.png", "gone.jpg", "2.png"]}
    if kind == "csv":
        lines = zip(*rows.values(), strict=True)
        source.write_text("label,File\n" + "".join(f"{one},{two}\n" for one, two in lines))
    else:
        pq.write_table(pa.table(rows), source)
    report = apply(DEFENSES.build("mask"), source, tmp_path / "out")
    outcomes = {row.path: row.outcome for row in report.rows}
    assert outcomes.pop("gone.jpg") in ("failed", "unreadable")
    assert outcomes == {"a/1.jpg": "defended", "2.png": "defended"}
    assert {"a/1.jpg", "2.png"} < _files(tmp_path / "out")


def test_lists_that_are_not_clear(tmp_path: Path, face: bytes) -> None:
    source = tmp_path / "photos.csv"
    for text, why in (
        ("path,image\nx,y\n", "has 2 columns that may hold paths: path, image; choose one"),
        ("a,b\nx,y\n", "holds neither pictures nor a column called path.*its columns are a, b"),
        ("path\n../x.jpg\n", "leads out with '..'"),
        ("path\n", "names no photos"),
    ):
        source.write_text(text)
        with pytest.raises(ValueError, match=why):
            read_list(source)
    source.write_text("path,image\nx.jpg,y.jpg\n")
    assert read_list(source, "image") == (tmp_path / "y.jpg",)
    with pytest.raises(ValueError, match="has no column 'c'"):
        read_list(source, "c")
    both = tmp_path / "both.parquet"
    pq.write_table(pa.table({"path": ["x"], "jpg": [face]}), both)
    assert read_list(both) is None  # its pictures are in it
    assert find_shards(both)


def test_who_stays_visible_is_not_left_out_and_a_table_is_told_of(
    tmp_path: Path, shards: Path, face: bytes
) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "anna.jpg").write_bytes(face)
    table = pa.table({"path": ["s-00.tar/1.jpg"]} | {side: [40.0] for side in "xywh"})
    pq.write_table(table, tmp_path / "faces.parquet")
    (shards / "s-01.tar").unlink()
    line = ["apply", "mask", str(shards), str(tmp_path / "out"), "--quiet"]
    line += ["--keep", str(tmp_path / "people")]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0
    assert "left out" not in done.output
    again = CliRunner().invoke(app, [*line, "--resume"])
    assert again.exit_code == 0
    assert "finished before" not in again.output
    line[-1:] = [line[-1], "--overwrite", "--faces", str(tmp_path / "faces.parquet")]
    assert "1 photo of --faces looked at anew" in CliRunner().invoke(app, line).output


def test_the_command_says_what_happened(tmp_path: Path, shards: Path) -> None:
    line = ["apply", "mask", f"{shards}/s-{{00..02}}.tar", str(tmp_path / "out")]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 1
    assert "3 shards: 2 written, 1 failed; 2 photos: 2 defended" in done.output
    assert "s-01.tar was not written" in done.output
    assert "copied as they are: 2 .txt; captions, addresses and file names" in done.output
    again = CliRunner().invoke(app, [*line, "--resume", "--quiet"])
    assert again.exit_code == 1
    assert "defended" not in again.output
    (shards / "s-01.tar").unlink()
    good = CliRunner().invoke(app, ["apply", "mask", f"{shards}/*.tar", str(tmp_path / "new")])
    assert good.exit_code == 0


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path, pack: Pack, face: bytes) -> None:
    (tmp_path / "in").mkdir()
    for number in range(4):
        members = {f"{one}.jpg": face for one in range(3 if number else 1)}
        pack(tmp_path / "in" / f"s-{number}.tar", members)
    tool = [str(Path(sys.executable).with_name("unmask")), "apply", "noise:sigma=0.5", "--seed",
            "1", "--workers", "1", "--quiet", str(tmp_path / "in")]  # fmt: skip
    ledger = tmp_path / "out" / "shards.csv"
    with subprocess.Popen([*tool, str(tmp_path / "out")], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (ledger.exists() and len(_ledger(ledger)) > 1):
            time.sleep(0.002)
        process.kill()
    before = len(_ledger(ledger))
    subprocess.run([*tool, str(tmp_path / "out"), "--resume"], check=True)
    subprocess.run([*tool, str(tmp_path / "undisturbed")], check=True)
    assert before >= 1
    for name in _files(tmp_path / "undisturbed"):
        if name.endswith(".tar"):
            new, old = (tmp_path / run / name for run in ("out", "undisturbed"))
            assert new.read_bytes() == old.read_bytes()
    assert _files(tmp_path / "out") == _files(tmp_path / "undisturbed")  # nothing half
