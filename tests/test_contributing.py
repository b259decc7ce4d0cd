"""CONTRIBUTING.md, word for word, in an empty folder: its files are written, its commands run."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from unmask.defenses.testing import (
    CHECKS,
    changes_nothing_outside,
    keeps_shape_and_dtype,
    run,
    whole_space_runs,
)
from unmask.evaluate.results.records import read_records

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCKS = [
    (language, dedent(text))
    for _, language, text in re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", TEXT, re.M | re.S)
]

_PROGRAM = "#!{python}\nimport sys\n\nif __name__ == '__main__':\n    {call}\n"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A virtual environment of its own that also sees the packages of this one, and no network."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, symlinks=True)
    (site,) = place.glob("lib/python*/site-packages")
    for number, path in enumerate(p for p in sys.path if p.endswith("-packages")):
        (site / f"seen{number}.pth").write_text(f"import site; site.addsitedir({path!r})\n")
    for name, call in (
        ("pip", "from pip._internal.cli.main import main; sys.exit(main())"),
        ("unmask", "from unmask.evaluate.cli import main; sys.exit(main())"),
    ):
        program = place / "bin" / name
        program.write_text(_PROGRAM.format(python=place / "bin" / "python", call=call), "utf-8")
        program.chmod(0o755)
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1"}
    return os.environ | quiet | offline | {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"}


def test_the_steps_work_in_an_empty_folder(environment: dict[str, str], tmp_path: Path) -> None:
    told: list[str] = []
    for language, text in BLOCKS:
        if language == "bash":
            done = subprocess.run(
                ["bash", "-euc", text], cwd=tmp_path, env=environment,
                capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            told.append(done.stdout)
            continue
        first, _, rest = text.partition("\n")
        name = first.removeprefix("# ")
        if "/" in name:  # a file of our checkout
            continue
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"{rest}\n")
    first, second = told
    assert f"{len(CHECKS)} of {len(CHECKS)} checks passed for blinds" in first
    assert "blinds: defense of my-blinds (blinds:Blinds)" in first
    assert "tuned from 0.1 (weak) to 1 (strong)" in first
    assert "blinds" in second
    _, run_folder = sorted((tmp_path / "runs").iterdir())
    records = read_records(run_folder / "records.jsonl")
    for name in ("colour", "brightness"):
        found = [r for r in records if r.name == name]
        assert found, name
        assert all(r.value is not None for r in found), [r.reason for r in found]
    assert {"dlib", "thumbnail"} <= {r.recognizer for r in records if r.name == "naive"}


def test_the_same_file_works_in_our_checkout() -> None:
    """With the lines that CONTRIBUTING.md gives in place of the import of our package."""
    files = [text.partition("\n") for language, text in BLOCKS if language == "python"]
    outside = next(rest for first, _, rest in files if first == "# blinds.py")
    inside = next(rest for first, _, rest in files if first == "# defenses/blinds.py")
    code, count = re.subn(r"^from unmask\.defenses import .*\n", inside, outside, flags=re.M)
    assert count == 1
    space: dict[str, Any] = {
        "__name__": "unmask.defenses.blinds",
        "__package__": "unmask.defenses",
    }
    exec(compile(code, "blinds.py", "exec", dont_inherit=True), space)
    for check in (keeps_shape_and_dtype, changes_nothing_outside, whole_space_runs):
        run(check, space["Blinds"]())
