"""What a killed process leaves: no program that it called, and no folder of scratch."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unmask.guard import ends_with_us, scratch

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs groups of processes")
CODE = """
import pathlib, subprocess, sys, time
from unmask.guard import ends_with_us, removed_with_us, scratch
other = pathlib.Path(sys.argv[1])
other.mkdir()
removed_with_us(other)
child = subprocess.Popen(["sh", "-c", "sleep 600 & echo $! && wait"], start_new_session=True,
                         stdout=subprocess.PIPE, text=True)
with scratch() as place, ends_with_us(child.pid):
    (place / "photo.png").touch()
    print(child.stdout.readline().strip(), place, flush=True)
    time.sleep(600)
"""


def test_after_a_kill(tmp_path: Path) -> None:
    other = tmp_path / "other"
    with subprocess.Popen(
        [sys.executable, "-P", "-c", CODE, str(other)], stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as running:  # fmt: skip
        assert running.stdout
        grandchild, place = running.stdout.readline().split()
        assert (Path(place) / "photo.png").exists()
        running.send_signal(signal.SIGKILL)
    for _ in range(200):
        if not (_runs(int(grandchild)) or Path(place).exists() or other.exists()):
            break
        time.sleep(0.05)
    assert not _runs(int(grandchild))
    assert not list(tmp_path.iterdir())


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    if status.parent.parent.joinpath("self").exists():
        return status.exists() and "zombie" not in status.read_text()
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def test_what_has_ended_is_left_alone(tmp_path: Path) -> None:
    with scratch() as place:
        (place / "photo.png").touch()
    assert not place.exists()
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as child:
        with ends_with_us(child.pid):
            pass
        assert child.poll() is None
        child.kill()
