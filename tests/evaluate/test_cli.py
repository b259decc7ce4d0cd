"""The program as a user meets it."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unmask.evaluate.cli import main
from unmask.evaluate.cli.options import check_resume
from unmask.evaluate.data import load_dataset
from unmask.evaluate.results.records import read_records

SMALL = ("orl:people=12,photos=4", "--budget", "quick", "--metrics", "ssim", "--few",
         "--workers", "1")  # fmt: skip


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program as the shell does."""
    words = [str(Path(sys.executable).parent / "unmask"), *map(str, arguments)]
    told = {**os.environ, "COLUMNS": "100"}
    return subprocess.run(words, capture_output=True, text=True, check=False, env=told)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program in this process: each one alone would take seconds to start."""
    words, code = ["unmask", *map(str, arguments)], 0
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "100")
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "a"
    done = run("compare", *SMALL, "--defenses", "none,pixelate:blocks=4,region=image,constant",
               "--out", folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 100 for line in done.stdout.splitlines())
    assert "leakage" in done.stdout
    assert "chance" in done.stdout
    return folder


def test_a_run_leaves_its_files(finished: Path) -> None:
    names = {path.name for path in finished.iterdir()}
    assert {"records.jsonl", "summary.csv", "config.json", "report.html"} <= names
    assert {"frontier.png", "frontier.svg", "frontier.pdf"} <= names
    worst = {r.defense: r for r in read_records(finished / "records.jsonl") if r.name == "worst"}
    assert list(worst) == ["none", "pixelate:blocks=4,region=image", "constant"]
    assert worst["none"].value == 1
    assert worst["constant"].value == pytest.approx(1 / 6, abs=1e-6)
    report = (finished / "report.html").read_text()
    assert "pixelate" in report
    assert "constant" in report


def test_a_folder_with_an_odd_name_is_called_by_its_label(tmp_path: Path) -> None:
    place = tmp_path / "my folder, x[red]"
    for photo in load_dataset("orl:people=12,photos=4").photos:
        path = (place / photo.key).with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - photo.pixels).save(path)
    specs = f"'[b]my tool[/x]={place}' none"
    done = run("compare", *SMALL, "--attackers", "pixels linkage", "--defenses", specs,
               "--out", tmp_path / "run")  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("leakage:")[0]
    assert "[b]my tool[/x]" in table
    assert "link" in table
    assert "my folder" not in table
    records = read_records(tmp_path / "run" / "records.jsonl")
    assert str(place) in {record.params.get("path") for record in records}
    for name in ("summary.csv", "report.html"):
        text = (tmp_path / "run" / name).read_text()
        assert "my folder" not in text
        assert "[b]my tool[/x]" in text


def test_other_workers_give_the_same_records(finished: Path, tmp_path: Path) -> None:
    specs = "none pixelate:blocks=4,region=image constant"
    two = (*SMALL[:-1], "2", "--defenses", specs)
    done = run("compare", *two, "--out", tmp_path / "b", "--quiet")
    assert done.returncode == 0, done.stderr
    assert not done.stdout

    def lines(folder: Path) -> list[dict[str, object]]:
        entries = [json.loads(x) for x in (folder / "records.jsonl").read_text().splitlines()]
        return [{k: v for k, v in e.items() if k not in ("seconds", "run")} for e in entries]

    assert lines(tmp_path / "b") == lines(finished)


def test_a_finished_run_resumes_and_another_is_refused(finished: Path) -> None:
    before = (finished / "records.jsonl").read_text()
    same = ("--defenses", "none,pixelate:blocks=4,region=image,constant", "--out", finished)
    assert run("compare", *SMALL, *same).returncode == 1  # not empty
    assert run("compare", *SMALL, *same, "--resume", "--quiet").returncode == 0
    assert (finished / "records.jsonl").read_text() == before
    other = run("compare", *SMALL, "--defenses", "none", "--out", finished, "--resume")
    assert other.returncode == 1
    assert "other settings (defenses)" in other.stderr


def test_json_and_a_limit(tmp_path: Path) -> None:
    done = run("compare", *SMALL, "--defenses", "none", "--out", tmp_path / "c", "--json",
               "--max-leakage", "0.5")  # fmt: skip
    assert done.returncode == 3
    assert json.loads(done.stdout)[0]["leakage"] == 1
    assert "unmask: none leaks 1.000, at 95 % up to 1.000: above --max-leakage 0.5" in done.stderr


def test_a_folder_without_the_photos_is_said(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "other.png")
    done = run("compare", *SMALL, "--defenses", f"nope={tmp_path}", "--out", tmp_path / "d",
               "--quiet", "--attackers", "matched")  # fmt: skip
    assert done.returncode == 1
    photos, copies = (line for line in done.stderr.splitlines() if line.startswith("!"))
    assert photos.startswith("! nope failed on 12 of 12 photos: ")
    assert copies.startswith("! nope failed on ")
    assert "that attackers defended for themselves" in copies
    assert (tmp_path / "d" / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("compare", "nowhere"), 1, "no dataset named 'nowhere'"),
        (("compare", "orl", "--defenses", "pixelat"), 1, "did you mean 'pixelate'?"),
        (("compare", "orl", "--defenses", "pixelate:block=3"), 1, "did you mean 'blocks'?"),
        (("compare", "orl", "--attackers", "nobody"), 1, "no attacker named 'nobody'"),
        (("compare", "orl", "--recognizers", "onnx:none.onnx"), 1, "none.onnx"),
        (("compare", "orl:people=5"), 1, "people"),
        (("compare", "orl:people=20"), 1, "at least 12 attacked people, got 10"),
        (("tune", "mask", "orl:people=20"), 1, "at least 12 attacked people, got 8"),
        (("compare", "orl", "--max-leakage", "2"), 2, "between 0 and 1"),
        (("compare", "orl", "--resume"), 2, "needs --out"),
        (("compare", "orl", "--split", "1,2"), 1, "0.25,0.25,0.5"),
        (("compare", "orl", "--strips", "--budget", "quick"), 1, "take the budget standard"),
        (
            ("compare", "orl", "--groups", "no.csv"),
            1,
            "groups in no.csv: No such file or directory",
        ),
        (("report", "nowhere"), 1, "no records.jsonl"),
        (("ls", "things"), 2, "must be one of"),
        (("check", "pixelate:blocks=0"), 1, "blocks must be between 1 and 256"),
        (("apply", "none,mask", "a", "b"), 2, "one defense is needed"),
    ],
)
def test_user_errors_are_one_clear_line(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In this process: each program alone would take seconds to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["unmask", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    told = capsys.readouterr().err
    assert stopped.value.code == code, told
    assert said in told
    assert "Traceback" not in told
    assert code == 2 or len(told.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir()), "an error must leave nothing behind"


def test_there_may_be_nothing_to_go_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_resume(tmp_path / "slip", resume=True)
    assert "slip holds no run to go on with; one begins" in capsys.readouterr().err
    (tmp_path / "config.json").touch()
    check_resume(tmp_path, resume=True)
    assert not capsys.readouterr().err


def test_ls_names_what_is_there() -> None:
    done = program("ls", "defenses")
    assert {"pixelate", "none", "k_same"} <= set(done.stdout.split())
    assert "attackers" in run("ls").stdout


def test_doctor_names_licences() -> None:
    done = run("doctor")
    assert done.returncode == 0
    assert "licence CC0" in done.stdout


def test_check_passes_for_ours() -> None:
    done = run("check", "pixelate:blocks=4")
    assert done.returncode == 0
    assert "FAILED" not in done.stdout


def test_apply_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(source / "plain.png")
    (source / "broken.jpg").write_bytes(b"\xff\xd8 not a photo")
    done = program("apply", "pixelate", source, tmp_path / "out")
    assert done.returncode == 1
    assert "broken.jpg" in done.stderr
    assert not (tmp_path / "out" / "plain.png").exists()  # nobody was found in it
    manifest = (tmp_path / "out" / "manifest.csv").read_text()
    assert "no_face" in manifest
    assert "unreadable" in manifest


def test_a_chosen_defense_is_read_from_json(tmp_path: Path) -> None:
    chosen = tmp_path / "chosen.json"
    chosen.write_text(json.dumps({"defense": "pixelate", "params": {"blocks": 3}}))
    assert "pixelate:blocks=3" in run("check", f"@{chosen}").stdout
