"""CONTRIBUTING.md, word for word, in an empty folder: commands run, code is that of the kit."""

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
from unmask.evaluate.kit import render
from unmask.evaluate.results.records import read_records

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCKS = [
    (language, dedent(text))
    for _, language, text in re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", TEXT, re.M | re.S)
]
SHOWN = {
    first.removeprefix("# "): rest
    for language, text in BLOCKS
    if language == "python"
    for first, _, rest in [text.partition("\n")]
}

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
    for text in (text for language, text in BLOCKS if language == "bash"):
        done = subprocess.run(
            ["bash", "-euc", text], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        told.append(done.stdout)
    written, checked = told
    assert "next: pip install -e blinds && unmask check blinds" in written
    assert (tmp_path / "blinds" / "blinds.py").read_text("utf-8") == SHOWN["blinds/blinds.py"]
    assert f"{len(CHECKS)} of {len(CHECKS)} checks passed for blinds" in checked
    assert "blinds: defense of unmask-blinds (blinds:Blinds)" in checked
    assert "tuned from 0.1 (weak) to 1 (strong)" in checked
    (run_folder,) = (tmp_path / "runs").iterdir()
    worst = [r for r in read_records(run_folder / "records.jsonl") if r.name == "worst"]
    assert {r.defense.partition(":")[0]: r.status for r in worst} == {"none": "ok", "blinds": "ok"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [("defense", "blinds"), ("attacker", "colour"), ("metric", "brightness"),
     ("recognizer", "thumbnail")],
)  # fmt: skip
def test_what_it_shows_is_what_is_written(kind: str, name: str) -> None:
    assert SHOWN[f"{name}/{name}.py"] == render(kind, name)[f"{name}.py"]


def test_the_same_file_works_in_our_checkout() -> None:
    """With the lines that CONTRIBUTING.md gives in place of the import of our package."""
    outside, inside = SHOWN["blinds/blinds.py"], SHOWN["defenses/blinds.py"]
    code, count = re.subn(r"^from unmask\.defenses import .*\n", inside, outside, flags=re.M)
    assert count == 1
    space: dict[str, Any] = {
        "__name__": "unmask.defenses.blinds",
        "__package__": "unmask.defenses",
    }
    exec(compile(code, "blinds.py", "exec", dont_inherit=True), space)
    for check in (keeps_shape_and_dtype, changes_nothing_outside, whole_space_runs):
        run(check, space["Blinds"]())
