"""action.yml and the hooks: their steps run in bash, and their exit codes reach the caller."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from unmask.evaluate.data import load_dataset

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
HOOKS = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder with `unmask`, and a `python -m pip` that only notes what it is asked."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (
        ("unmask", f"#!{sys.executable} -P\nfrom unmask.evaluate.cli import main\n\nmain()\n"),
        ("python", '#!/bin/sh\necho "$@" >> asked.txt\n'),
    ):
        (programs / name).write_text(text, "utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def run(place: Path, **inputs: str) -> tuple[int, str]:
    """Run the steps as the runner does, up to the first that fails; return code and output."""
    known = {name: str(one["default"]) for name, one in ACTION["inputs"].items()}
    unknown = inputs.keys() - {name.replace("-", "_") for name in known}
    assert not unknown
    known |= {name: inputs[key] for name in known if (key := name.replace("-", "_")) in inputs}
    told = ""
    for step in ACTION["runs"]["steps"]:
        if "run" not in step:
            continue
        assert "${{" not in step["run"], "an input would be read as a command"
        given = {name: _filled(text, known) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=place, capture_output=True, text=True, check=False,
            env=os.environ | given | {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"},
        )  # fmt: skip
        told += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, told
    return 0, told


def _filled(text: str, known: dict[str, str]) -> str:
    """Fill in what the runner would: `${{ inputs.NAME || github.action_path }}`."""

    def value(found: re.Match[str]) -> str:
        parts = [part.strip() for part in found[1].split("||")]
        values = [known[p.removeprefix("inputs.")] if p.startswith("inputs.") else str(ROOT)
                  for p in parts]  # fmt: skip
        return next((one for one in values if one), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


def test_it_says_what_a_marketplace_needs() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert all(one["description"] for one in ACTION["inputs"].values())
    assert all(step.get("shell") == "bash" for step in ACTION["runs"]["steps"] if "run" in step)
    kept = ACTION["runs"]["steps"][-1]
    assert kept["if"] == "always()"
    assert "config.json" not in kept["with"]["path"]


def test_a_limit_that_does_not_hold_fails_the_job(place: Path) -> None:
    code, told = run(
        place, data="orl:people=12,photos=4", defenses="none mask:region=box", max_leakage="0.3",
        arguments="--few --attackers naive --metrics ssim --workers 1", report="my report",
    )  # fmt: skip
    assert code == 3, told
    assert "none" in told
    assert (place / "my report" / "report.html").exists()
    asked = (place / "asked.txt").read_text("utf-8")
    assert asked == f"-m pip install --quiet {ROOT}\n"


def test_a_face_that_is_left_fails_the_job(place: Path) -> None:
    photo = load_dataset("orl:people=1,photos=1").photos[0]
    for folder in ("photos", "made"):
        (place / folder).mkdir()
        Image.fromarray(photo.pixels).save(place / folder / "1.png")
    code, told = run(place, check="verify", source="photos", output="made", package="unmask",
                     arguments="--no-leakage --detectors dlib")  # fmt: skip
    assert code == 3, told
    assert (place / "unmask-report" / "verify.html").exists()
    assert (place / "asked.txt").read_text("utf-8") == "-m pip install --quiet unmask\n"


@pytest.mark.parametrize("check", ["comapre", "$(touch hacked)", "x; touch hacked"])
def test_nothing_else_is_run(place: Path, check: str) -> None:
    code, told = run(place, check=check)
    assert code == 2
    assert "check must be compare or verify" in told
    assert not (place / "hacked").exists()


def test_the_hook_refuses_pictures_that_tell(place: Path) -> None:
    picture = Image.fromarray(np.zeros((9, 9, 3), np.uint8))
    picture.save(place / "fine.png")
    picture.save(place / "fine.jpg")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ann Lee"
    picture.save(place / "telling.jpg", exif=exif)

    def hook(*files: str) -> tuple[int, str]:
        entry = shlex.split(HOOKS["unmask-metadata"]["entry"])
        done = subprocess.run(
            [str(place / "bin" / entry[0]), *entry[1:], *files], cwd=place, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    assert hook("fine.png", "fine.jpg") == (0, "")
    code, told = hook("fine.png", "telling.jpg", "gone.png")
    assert code == 1
    lines = told.splitlines()
    assert lines[0].startswith("telling.jpg: EXIF")
    assert lines[1].startswith("gone.png: it cannot be read")
    assert lines[2] == "2 of 3 pictures tell more than their pixels"


def test_hooks_are_what_pre_commit_takes() -> None:
    checked = pytest.importorskip("pre_commit.clientlib", reason="pre-commit is not installed")
    hooks = checked.load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [hook["id"] for hook in hooks] == ["unmask-metadata", "unmask-verify"]
