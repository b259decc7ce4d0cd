"""A package from outside brings a defense by being installed, and by nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from unmask.evaluate.results.records import read_records

SOURCE = Path(__file__).parent / "sample_plugin"


def _run(code: str, *sites: Path) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([*map(str, sites), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        env=os.environ | {"PYTHONPATH": paths.rstrip(os.pathsep)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path, lay_out: Callable[..., None]) -> Path:
    lay_out(SOURCE, tmp_path)
    return tmp_path


def test_listed_without_being_imported(site: Path) -> None:
    done = _run(
        "import sys; from unmask.defenses import DEFENSES; print(*DEFENSES.available());"
        "print('negative_plugin' in sys.modules)",
        site,
    )
    names, imported = done.stdout.splitlines()
    assert {"negative", "pixelate"} <= set(names.split())
    assert imported == "False"
    assert (
        "negative"
        not in _run(
            "from unmask.defenses import DEFENSES; print(*DEFENSES.available())"
        ).stdout.split()
    )


def test_keeps_the_contract(site: Path) -> None:
    done = _run(
        "from unmask.defenses import DEFENSES\n"
        "from unmask.defenses.testing import CHECKS, run\n"
        "for check in CHECKS:\n"
        "    assert run(check, DEFENSES.build('negative:0.25')) == ''\n"
        "print(len(CHECKS))",
        site,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 15


def test_two_packages_with_one_name_are_an_error_that_names_both(
    tmp_path: Path, lay_out: Callable[..., None]
) -> None:
    for folder, name in (("one", "negative-plugin"), ("two", "rival-plugin")):
        lay_out(SOURCE, tmp_path / folder, name=name)
    entries = tmp_path / "two" / "rival_plugin-0.1.dist-info" / "entry_points.txt"
    entries.write_text("[unmask.defenses]\nnegative = rival:Negative\n", "utf-8")
    done = _run(
        "from unmask.defenses import DEFENSES; DEFENSES.available()",
        tmp_path / "one",
        tmp_path / "two",
    )
    assert done.returncode != 0
    message = done.stderr.splitlines()[-1]
    assert "two packages claim the defense 'negative'" in message
    assert "negative-plugin" in message
    assert "rival-plugin" in message


def test_something_else_than_a_defense_is_an_error(site: Path) -> None:
    entries = site / "negative_plugin-0.1.dist-info" / "entry_points.txt"
    entries.write_text("[unmask.defenses]\nnegative = json:JSONDecoder\n", "utf-8")
    done = _run("from unmask.defenses import DEFENSES; DEFENSES.load('negative')", site)
    assert "does not derive from Defense" in done.stderr.splitlines()[-1]


def test_it_takes_part_and_an_attacker_that_sees_nothing_proves_nothing(
    site: Path, tmp_path: Path
) -> None:
    """That one proves something with attackers who see is shown by `test_contributing.py`."""
    out = tmp_path / "run"
    program = (
        "import sys; from unmask.evaluate.cli import main; sys.argv[1:] = ['compare', "
        "'orl:people=12,photos=4', '--few', "
        "'--defenses', 'negative,pixelate:blocks=4,region=image', "
        "'--metrics', 'ssim', '--workers', '1', '--attackers', '{attackers}', '--out', r'{out}', "
        "'--quiet', '--budget', 'quick']; main()"
    )
    done = _run(program.format(attackers="naive,confused", out=out), site)
    assert done.returncode == 0, done.stderr
    worst = [r for r in read_records(out / "records.jsonl") if r.name == "worst"]
    assert [r.status for r in worst] == ["at least", "at least"]
    assert all("no attacker sees through these planted cases" in r.reason for r in worst)
