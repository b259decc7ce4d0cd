"""What `unmask new` writes: a package of each kind that works at once, and is never in the way."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from unmask.evaluate.data import load_dataset
from unmask.evaluate.kit import KINDS, new_plugin, render
from unmask.evaluate.kit.package import class_called
from unmask.evaluate.results.records import read_records

NAMES = {kind: f"my_{kind}" for kind in KINDS}
ROOT = Path(__file__).parents[1]

DRIVER = """
import json, sys, time
import pytest
from unmask.threads import pin_threads
pin_threads()
from typer.testing import CliRunner
from unmask.evaluate.cli.main import app
told = {}
for line in json.loads(sys.argv[1]):
    done = CliRunner().invoke(app, line)
    told[" ".join(line)] = [done.exit_code, done.output + repr(done.exception or "")]
told["tests"] = [int(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]])), ""]
open("told.json", "w").write(json.dumps(told))
"""


@pytest.fixture(scope="module")
def packages(
    tmp_path_factory: pytest.TempPathFactory, lay_out: Callable[..., None]
) -> dict[str, Path]:
    """One package of each kind, written and laid out in `site`, which is none of them."""
    place = tmp_path_factory.mktemp("kit")
    made = {kind: new_plugin(kind, name, place / name) for kind, name in NAMES.items()}
    for folder in made.values():
        lay_out(folder, place / "site")
    return made


@pytest.fixture(scope="module")
def told(packages: dict[str, Path]) -> dict[str, tuple[int, str]]:
    """What their commands and their tests say, all in one process."""
    place = packages["metric"].parent
    (place / "photos").mkdir()
    for number, photo in enumerate(load_dataset("orl:people=12,photos=3").photos):
        name = f"{photo.identity}_{number}.png"
        Image.fromarray(photo.pixels).save(place / "photos" / name)
    lines = [["ls", name] for name in NAMES.values()]
    lines += [
        ["ls", "metrics"],
        ["check", NAMES["metric"]],
        ["check", f"{NAMES['dataset']}:photos", "--kind", "dataset"],
        ["detect", "photos", "--detector", NAMES["detector"], "--quiet"],
        ["compare", f"{NAMES['dataset']}:photos,people=12", "--few", "--defenses",
         f"none {NAMES['defense']}", "--attackers", f"naive {NAMES['attacker']}",
         "--recognizers", NAMES["recognizer"], "--metrics", f"ssim {NAMES['metric']}",
         "--workers", "1", "--out", "run"],
    ]  # fmt: skip
    site = place / "site"
    done = subprocess.run(
        [sys.executable, "-P", "-c", DRIVER, json.dumps(lines),
         *(str(site / f"test_{name}.py") for name in NAMES.values())],
        cwd=place, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": f"{site}:{os.environ.get('PYTHONPATH', '')}".rstrip(":"),
                          "COLUMNS": "200"},
    )  # fmt: skip
    assert (place / "told.json").exists(), done.stderr
    found: dict[str, tuple[int, str]] = json.loads((place / "told.json").read_text("utf-8"))
    assert found["tests"][0] == 0, done.stdout
    for line, (code, output) in found.items():
        assert code == 0, (line, output)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_listed(told: dict[str, tuple[int, str]], kind: str) -> None:
    name = NAMES[kind]
    said = told[f"ls {name}"][1]
    registered = f"{name}: {kind} of unmask-my-{kind} ({name}:{class_called(name)})"
    assert said.splitlines()[0] == registered
    assert len(said.splitlines()) > 1, "a line on what it does"


def test_it_is_checked_and_used(
    told: dict[str, tuple[int, str]], packages: dict[str, Path]
) -> None:
    assert "9 of 9 checks passed for my_metric" in told["check my_metric"][1]
    assert "8 of 8 checks passed" in told["check my_dataset:photos --kind dataset"][1]
    place = packages["metric"].parent
    assert (place / "faces.parquet").exists()
    records = read_records(place / "run" / "records.jsonl")
    assert {r.dataset for r in records} == {"my_dataset,people=12"}
    assert "my_recognizer" in {r.recognizer for r in records if r.name == "naive"}
    assert "dlib" not in {r.recognizer for r in records}
    for name in ("my_attacker", "my_metric"):
        found = [r for r in records if r.name == name]
        assert found, name
        assert all(r.value is not None for r in found), [r.reason for r in found]
    table = next(text for line, (_, text) in told.items() if line.startswith("compare"))
    head = next(line for line in table.splitlines() if "leakage" in line and "95 %" in line)
    assert "my_metric" in head, "a new metric has a column of its own"
    assert "my_defense" in table
    report = (place / "run" / "report.html").read_text("utf-8")
    for kind in ("defense", "attacker", "metric"):
        assert NAMES[kind] in report


def test_they_are_neat(packages: dict[str, Path]) -> None:
    place = str(packages["metric"].parent)
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--isolated", "--line-length", "99", "--exclude", "site", place]
    chosen = "E,W,F,I,B,UP,SIM,RUF,PT,N,D"
    ignored = "D107,D103,D203,D205,D213,D413,D212,I001"
    for call in (["check", "--select", chosen, "--ignore", ignored], ["format", "--check"]):
        done = subprocess.run([*ruff, *call, *rules], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_the_readme_names_commands_that_there_are(kind: str) -> None:
    from click.testing import CliRunner
    from typer.main import get_command

    from unmask.evaluate.cli.main import app

    text = render(kind, "mine")["README.md"]
    (block,) = re.findall(r"```bash\n(.*?)```", text, re.S)
    for line in block.splitlines():
        words = line.split()
        if words[0] == "unmask":
            options = [word for word in words if word.startswith("--")]
            said = CliRunner().invoke(get_command(app), [words[1], "--help"]).output
            assert all(option in said for option in options), line
    assert "$" not in text


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("defense", "Blinds", "did you mean 'blinds'"),
        ("defense", "MyBlinds", "did you mean 'my_blinds'"),
        ("defense", "3d", "begins with a letter"),
        ("defense", "my blinds", "did you mean 'my_blinds'"),
        ("defense", "lambda", "is no word of Python"),
        ("defense", "../x", "a name is lower-case letters"),
        ("defense", "pixelate", "there is a defense 'pixelate' already, see 'unmask ls pixelate'"),
        ("metric", "ssim", "there is a metric 'ssim' already"),
        ("defense", "json", "a module 'json' is installed already"),
        ("defense", "torch", "a module 'torch' is installed already"),
        ("defence", "blinds", "did you mean 'defense'"),
        ("attackers", "blinds", "did you mean 'attacker'"),
    ],
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, kind: str, name: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        new_plugin(kind, name, tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert new_plugin("defense", "my-blinds") == Path("my_blinds")
    (tmp_path / "my_blinds" / "my_blinds.py").write_text("mine", "utf-8")
    with pytest.raises(FileExistsError, match="my_blinds must be new or empty"):
        new_plugin("defense", "my_blinds")
    assert (tmp_path / "my_blinds" / "my_blinds.py").read_text("utf-8") == "mine"
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(FileExistsError):
        new_plugin("defense", "other", tmp_path / "file")
    (tmp_path / "empty").mkdir()
    new_plugin("defense", "other", "empty")
    names = ["README.md", "other.py", "pyproject.toml", "test_other.py"]
    assert sorted(path.name for path in (tmp_path / "empty").iterdir()) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "my_blinds"]


@pytest.mark.parametrize("name", ["k_same", "a_b", "my2nd_x", "x9_z"])
def test_the_class_is_called_so_that_it_has_the_name(name: str) -> None:
    from unmask.defenses.registry import name_of_class

    assert name_of_class(class_called(name)) == name
