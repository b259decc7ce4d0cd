"""Every code block of README and of docs is executed; what is not says so, and why, beside it.

A comment above a block changes what is done with it:

    <!-- test: with OPTIONS -->          the commands get these options, to be quick
    <!-- test: parsed, REASON -->        options and names are checked, nothing is run
    <!-- test: not run, REASON -->       another tool, a network, or another test runs it

All runs share one folder with a few people of ORL and the astronaut, and one tiny comparison.
"""

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import typer
from PIL import Image
from skimage import data

from unmask.defenses import DEFENSES, Registry
from unmask.evaluate import ATTACKERS, METRICS, RECOGNIZERS, load_dataset
from unmask.evaluate.cli import app, main
from unmask.evaluate.cli.specs import split_specs

ROOT = Path(__file__).parents[1]
OTHERS = {"apply-recipes.md": "tests/test_apply_recipes.py runs it"}
PAGES = [
    ROOT / "README.md", ROOT / "benchmarks" / "results" / "README.md",
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in OTHERS),
]  # fmt: skip
RUN = ("sh", "python")
SHOWN = ("", "bibtex", "csv", "text", "toml")  # what is printed, or lies in files
FIRST = "--out runs/first"
ELSEWHERE = (FIRST, ".Plan(")  # run for all, and by a test of its own
NAMED: dict[str, Registry] = {
    "defenses": DEFENSES, "attackers": ATTACKERS, "metrics": METRICS, "recognizers": RECOGNIZERS,
}  # fmt: skip
_BLOCK = re.compile(
    r"(?:<!-- test: (?P<mark>[^>]+) -->\n\s*)?"
    r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """One fenced block: what is above it, its language, its text."""

    mark: str
    kind: str
    text: str


def _blocks(page: Path) -> list[Block]:
    return _blocks_in(page.read_text("utf-8"), page.name)


def _blocks_in(text: str, name: str) -> list[Block]:
    found = []
    for match in _BLOCK.finditer(text):
        lines = [line.removeprefix(match["indent"]) for line in match["text"].splitlines()]
        found.append(Block(match["mark"] or "", match["kind"], "\n".join(lines)))
    assert len(found) * 2 == len(re.findall(r"^ *```", text, re.M)), f"{name}: odd fences"
    return found


def _commands(block: Block) -> Iterator[list[str]]:
    for line in block.text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the pages name, and the run that `choose.md` begins with."""
    place = tmp_path_factory.mktemp("docs")
    people = place / "path" / "to" / "people"
    for photo in load_dataset("orl:people=12,photos=4").photos:
        path = people / photo.identity / f"{Path(photo.key).stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo.pixels).save(path)
    face = np.ascontiguousarray(data.astronaut()[:256, 96:352])
    photos = place / "path" / "to" / "photos"
    photos.mkdir()
    Image.fromarray(face).save(photos / "a.jpg")
    Image.fromarray(face[:, ::-1]).save(photos / "b.png")
    for name in ("my folder", "draw-1", "draw-2", "anonymized", "path/to/lfw"):
        (place / name).mkdir()
    (place / "people.csv").write_text("identity,gender\n")
    (place / "sessions.csv").write_text("file,session\n")
    for block in _blocks(ROOT / "docs" / "other-tools.md"):
        if named := re.match(r"# (\w+\.toml)\n", block.text):
            (place / named[1]).write_text(block.text, "utf-8")
    (first,) = [b for b in _blocks(ROOT / "docs" / "choose.md") if FIRST in b.text]
    _execute(first, place)
    return place


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_blocks_of(page: Path, place: Path) -> None:
    for block in _blocks(page):
        assert block.kind in (*RUN, *SHOWN) or (page.name == "README.md" and block.kind == "bash")
        way, _, why = block.mark.partition(", ")
        if block.kind not in RUN or way == "not run":
            assert block.kind not in RUN or why, f"no reason: {block.text}"
            assert block.kind in (*RUN, "bash") or not re.search(
                "^(unmask|pip) ", block.text, re.M
            )
        elif way == "parsed":
            assert why, f"no reason: {block.text}"
            for words in _commands(block):
                _parse(words, place)
        elif not any(mark in block.text for mark in ELSEWHERE):
            shutil.rmtree(place / "path" / "to" / "new-folder", ignore_errors=True)
            _execute(block, place)


def test_pages_of_plug_ins_say_what_they_take(place: Path, made: dict[str, str]) -> None:
    blur = made["defenses/gaussian_blur.md"]
    assert blur.startswith("# gaussian_blur\n")
    assert "| `sigma=0.13` |" in blur
    assert "from 0.01 (weak) to 0.3 (strong)" in blur
    assert "unmask apply gaussian_blur" in blur
    assert "unmask apply" not in made["defenses/none.md"]
    assert "knows the defense" in made["attackers/matched.md"].lower()
    usual, _, named = made["defenses/index.md"].partition("## Only where they are named")
    assert "[gaussian_blur]" in usual
    assert "[face_swap]" in named.partition("## Planted cases")[0]
    commands = [
        words for name, text in made.items() for block in _blocks_in(text, name)
        for words in _commands(block) if block.kind == "sh"
    ]  # fmt: skip
    assert len(commands) > 40
    for words in commands:
        _parse(words, place)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the pages made when the site is built, without pictures: those take minutes."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "hooks"))
    for name in ("attacks", "pictures", "plugins"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    plugins = importlib.import_module("plugins")
    monkeypatch.setattr(plugins.pictures, "drawn", lambda defenses, attackers: {})
    return {name: str(content) for name, content in plugins.pages()}


def test_nothing_to_run_is_hidden_in_an_indented_block() -> None:
    for page in PAGES:
        outside = _BLOCK.sub("", page.read_text("utf-8"))
        assert not re.findall(r"^    (?:unmask|pip|python) .*", outside, re.M), page.name


def test_readme_is_short_and_its_set_up_is_what_ci_runs() -> None:
    readme = ROOT / "README.md"
    assert len(readme.read_text("utf-8").splitlines()) < 150
    first = [block.text for block in _blocks(readme) if block.kind == "bash"]
    assert first == ["pip install . && unmask compare", "pip install -e '.[test]' && pytest -q"]


def test_the_example_from_python_leaves_what_the_command_leaves(place: Path) -> None:
    block = _blocks(ROOT / "docs" / "python.md")[0]
    undefended, pixelated, report = _execute(block, place).splitlines()
    assert undefended.startswith("none 1.0 naive (dlib) 1.0")
    assert pixelated.startswith("pixelate:blocks=4 ")
    assert {"report.html", "records.jsonl", "config.json", "summary.csv", "frontier.png"} <= {
        path.name for path in (place / report).parent.iterdir()
    }


def _execute(block: Block, place: Path) -> str:
    """Run a script in a process of its own, and commands of ours in this one.

    Returns what a script printed.
    """
    if block.kind == "python":
        (place / "example.py").write_text(block.text, "utf-8")
        done = subprocess.run(
            [sys.executable, "example.py"], cwd=place, capture_output=True, text=True,
            timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block.text}\n{done.stderr}"
        return done.stdout
    more = shlex.split(block.mark.removeprefix("with ")) if block.mark.startswith("with ") else []
    for words in _commands(block):
        taken = [word for word in more if words[1] in ("compare", "tune")]
        assert _code([*words, *taken], place) == 0, shlex.join(words)
    return ""


def _code(words: list[str], place: Path) -> int:
    assert words[0] == "unmask", f"mark it, or run it here: {words}"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "100")
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def _parse(words: list[str], place: Path) -> None:
    """Raise unless all options are there and all named plug-ins have these parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr("unmask.evaluate.cli.options.use_device", lambda name: None)  # not here
        _parsed(words)


def _parsed(words: list[str]) -> None:
    if words[0] != "unmask":
        assert words[:2] in (["python", "-m"], ["pip", "install"]), words
        return
    given = _given(words[1:])
    for option, registry in NAMED.items():
        for spec in split_specs(given.get(option) or ""):
            _check(spec, registry)
    asked = given.get("defense") or ""
    for spec in split_specs("" if asked.startswith("@") else asked):
        if spec != "all":
            _check(spec, DEFENSES)


def _given(words: list[str]) -> dict[str, str]:
    command = _program()
    context = command.make_context("unmask", [words[0]], resilient_parsing=True)
    name, found, rest = command.resolve_command(context, words)
    assert found is not None, words[0]
    return found.make_context(name, rest).params


@cache
def _program() -> typer.core.TyperGroup:
    return typer.main.get_command(app)


def _check(spec: str, registry: Registry) -> None:
    name, _, rest = spec.partition(":")
    known = registry.parameters(name)
    for part in re.findall(r"(\w+)=", rest if name not in ("folder", "onnx", "command") else ""):
        assert part in known, f"{spec}: {name} has {known}"
