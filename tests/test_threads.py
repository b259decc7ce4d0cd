"""Every command, and Python's `apply`, keeps each library to one thread."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from unmask.threads import VARIABLES, pin_threads

LOOK = """
import cv2, torch
from threadpoolctl import threadpool_info
print(max((pool["num_threads"] for pool in threadpool_info()), default=1),
      cv2.getNumThreads(), torch.get_num_threads())
"""


def threads_after(code: str) -> list[int]:
    """Run code in a process that was told nothing about threads; return what it uses then."""
    told = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", code + LOOK], env=told, capture_output=True, text=True, check=True
    )
    return [int(number) for number in done.stdout.split("\n")[-2].split()]


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core: every library has one thread anyway")
@pytest.mark.parametrize("first", ["", "import numpy, cv2, torch, sklearn\n"], ids=["new", "late"])
def test_a_command_uses_one_thread(first: str) -> None:
    program = "import sys\nsys.argv = ['unmask', 'ls', 'defenses']\n"
    program += "from unmask.evaluate.cli import main\ntry:\n    main()\nexcept SystemExit: pass\n"
    assert threads_after(first) != [1, 1, 1], "nothing to pin here"
    assert threads_after(first + program) == [1, 1, 1]


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core: every library has one thread anyway")
def test_python_users_of_apply_use_one_thread(tmp_path: Path) -> None:
    Image.new("RGB", (40, 40)).save(tmp_path / "nobody.png")
    code = f"""
from unmask.defenses import DEFENSES
from unmask.defenses.apply.tree import apply
apply(DEFENSES.build("mask"), {str(tmp_path)!r}, {str(tmp_path) + "-out"!r})
"""
    assert threads_after(code) == [1, 1, 1]


def test_threads_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        pin_threads(0)
