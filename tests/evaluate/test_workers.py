"""Several processes: from any kind of script, and with a clear end when one of them dies."""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from unmask.evaluate.comparison.jobs import Job
from unmask.evaluate.comparison.plan import Plan
from unmask.evaluate.comparison.workers import measure_all
from unmask.evaluate.data.scene import Scene

SCRIPT = """
import unmask
from beside import Half
plan = unmask.Plan(("naive", "pixels"), ("ssim",), budget="quick")
print(unmask.compare("orl:people=12,photos=3", ["none", Half()], plan, folder="mine", workers=2,
                     few=True))
"""
BESIDE = """
from dataclasses import dataclass
from unmask import Defense

@dataclass(frozen=True)
class Half(Defense):
    share: int = 2

    def apply(self, photo, rng):
        return photo.pixels // self.share
"""


def test_a_script_needs_no_guard_and_workers_know_its_classes(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "beside.py").write_text(BESIDE)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 defenses: leakage of 12 photos of 6 people, data")
    assert done.stdout.count("written: mine/report.html") == 1, "a worker ran the script again"
    assert "  half " in done.stdout
    assert not done.stderr, "one process would have said so"


def _children() -> list[int]:
    return [int(p) for p in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _is_worker(child: int) -> bool:
    return "resource_tracker" not in Path(f"/proc/{child}/cmdline").read_text()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
def test_a_worker_that_is_killed_ends_the_run_with_a_clear_error(scene: Scene) -> None:
    before = set(_children())
    plan = Plan(("naive", "pixels"), (), budget="quick")
    jobs = [Job(f"pixelate:blocks={blocks}", plan) for blocks in range(2, 12)]
    results = measure_all(jobs, scene, workers=2)
    next(results)
    mine = [child for child in _children() if child not in before and _is_worker(child)]
    assert len(mine) == 2
    os.kill(mine[0], signal.SIGKILL)
    with pytest.raises(ChildProcessError, match=r"killed by signal 9 .is memory short"):
        list(results)
    assert not set(mine) & set(_children()), "the other one is left over"


HANG = """#!/bin/sh
sleep 600 &
echo > called
wait
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_the_program(how: signal.Signals, tmp_path: Path) -> None:
    """Neither workers, nor programs that they call, nor what these start, nor scratch."""
    if how in (signal.SIGINT, signal.SIGHUP) and "UNMASK_SLOW_TESTS" not in os.environ:
        pytest.skip("heard as SIGTERM is")
    (tmp_path / "hang.sh").write_text(HANG)
    (tmp_path / "hang.toml").write_text('command = "sh hang.sh {input} {output}"')
    (tmp_path / "scratch").mkdir()
    options = ["compare", "orl:people=12,photos=2", "--defenses", "command:path=hang.toml",
               "--budget", "quick", "--attackers", "pixels", "--metrics", "ssim", "--workers", "2",
               "--few", "--out", "run"]  # fmt: skip
    told = os.environ | {"TMPDIR": str(tmp_path / "scratch"), "UNMASK_TEST": str(tmp_path)}
    running = subprocess.Popen(
        [str(Path(sys.executable).parent / "unmask"), *options], cwd=tmp_path, text=True, env=told,
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=_hears_all,
    )  # fmt: skip
    while not (tmp_path / "called").exists():
        assert running.poll() is None, running.communicate()[1]
        time.sleep(0.05)
    assert len(_family(tmp_path)) >= 6, "the program, two workers, a guard, a shell and its child"
    assert list((tmp_path / "scratch").glob("unmask-*/in/*.png"))
    if how == signal.SIGKILL:
        running.send_signal(how)
    else:
        os.killpg(running.pid, how)  # as terminals and schedulers do: everybody gets it
    said = running.communicate(timeout=30)[1]
    assert running.returncode == (-how if how == signal.SIGKILL else 128 + how)
    if how != signal.SIGKILL:
        assert said.splitlines()[-2:] == [
            "unmask: stopped; finished measurements are kept. Go on with:",
            f"  unmask {shlex.join(options)} --resume",
        ]
        assert "Traceback" not in said
    for _ in range(100):
        if not _family(tmp_path) and not list((tmp_path / "scratch").glob("unmask-*")):
            break
        time.sleep(0.05)
    assert not _family(tmp_path)
    assert not list((tmp_path / "scratch").glob("unmask-*"))


def _hears_all() -> None:
    """Undo what shells do to whatever they start in the background: it ignores Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _family(mark: Path) -> list[str]:
    """Return the command lines of all living processes that were started below a program."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended under way
            if f"UNMASK_TEST={mark}".encode() in (place / "environ").read_bytes().split(b"\0"):
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found
