"""Several processes: from any kind of script, and with a clear end when one of them dies."""

import os
import signal
import subprocess
import sys
import time
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


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_program(how: signal.Signals, tmp_path: Path) -> None:
    program = [str(Path(sys.executable).parent / "unmask"), "compare", "orl:people=12,photos=4",
               "--budget", "quick", "--attackers", "pixels", "--metrics", "ssim", "--workers", "2",
               "--few", "--out", "run"]  # fmt: skip
    running = subprocess.Popen(program, cwd=tmp_path, stderr=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL, start_new_session=True,
                               preexec_fn=_hears_ctrl_c)  # fmt: skip
    listed = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    while not (tmp_path / "run" / "measured").exists():
        assert running.poll() is None, running.communicate()[1]
        time.sleep(0.05)
    children = listed.read_text().split()
    assert len(children) >= 2
    if how == signal.SIGINT:
        os.killpg(running.pid, how)  # as a terminal does: everybody gets it
    else:
        running.send_signal(how)
    said = running.communicate(timeout=30)[1]
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert said.splitlines()[-2:] == [
            "unmask: stopped; finished measurements are kept. Go on with:",
            "  unmask compare orl:people=12,photos=4 --budget quick --attackers pixels "
            "--metrics ssim --workers 2 --few --out run --resume",
        ]
        assert "Traceback" not in said
    for _ in range(100):
        left = [child for child in children if _runs(child)]
        if not left:
            break
        time.sleep(0.05)
    assert not left


def _hears_ctrl_c() -> None:
    """Undo what a shell does to whatever it starts in the background: it ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _runs(child: str) -> bool:
    status = Path(f"/proc/{child}/status")
    return status.exists() and "zombie" not in status.read_text()
