"""Several processes: the same files, killed workers, nothing left behind."""

import importlib
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from unmask.defenses import DEFENSES
from unmask.defenses.apply import apply
from unmask.defenses.apply.manifest import Row
from unmask.defenses.apply.one_file import process_shard
from unmask.defenses.apply.pool import in_pool
from unmask.defenses.apply.settings import Settings
from unmask.defenses.apply.targets import Pair

FACE = np.ascontiguousarray(data.astronaut()[:256, 96:352])
NOISE = DEFENSES.build("noise:sigma=0.3")
LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for i in range(4):
        Image.fromarray(FACE).resize((96, 96)).save(tmp_path / "in" / "sub" / f"{i}.png")
    Image.fromarray(FACE).save(tmp_path / "in" / "large.jpg")
    (tmp_path / "in" / "bad.jpg").write_bytes(b"bad")
    return tmp_path / "in"


def _pictures(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in (".png", ".jpg")
    }


def test_the_files_are_the_same_whoever_makes_them(album: Path, tmp_path: Path) -> None:
    one = apply(NOISE, album, tmp_path / "one", seed=3)
    two = apply(NOISE, album, tmp_path / "two", seed=3, workers=2)
    assert one.rows == two.rows
    assert one.counts == {"unreadable": 1, "defended": 5}
    pairs = [Pair(album / p, tmp_path / "shard" / p, p) for p in reversed(_pictures(album))]
    rows = process_shard(pairs, Settings(NOISE, 3, chosen=True))
    assert sorted(rows, key=lambda row: row.path) == list(one.rows)
    expected = _pictures(tmp_path / "one")
    assert len(expected) == 5
    assert _pictures(tmp_path / "two") == _pictures(tmp_path / "shard") == expected


DYING = """
import os, signal
from pathlib import Path

def work(folder, task):
    with (Path(folder) / task).open("a") as file:
        file.write("begun ")
    begun = (Path(folder) / task).read_text().count("begun")
    if task == "poison" or (task == "once" and begun == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return task, os.getpid()
"""


def _lost(task: str, reason: str) -> tuple[str, int]:
    return f"{task}: {reason}", 0


def test_a_killed_process_costs_one_task_a_second_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dying.py").write_text(DYING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    work = partial(importlib.import_module("dying").work, str(tmp_path))
    tasks = ["a", "once", "b", "poison", "c", "d", "e"]
    found = list(in_pool(work, tasks, lost=_lost, workers=2))
    assert sorted(name for name, _ in found) == [
        "a", "b", "c", "d", "e", "once",
        "poison: a worker process was killed by signal 9 (is memory short?)",
    ]  # fmt: skip
    assert os.getpid() not in {pid for _, pid in found}
    begun = {task: (tmp_path / task).read_text().count("begun") for task in tasks}
    assert begun["poison"] == begun["once"] == 2


def test_few_tasks_are_held(tmp_path: Path) -> None:
    taken = 0

    def tasks() -> Iterator[str]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield f"x{number}"

    results = in_pool(str.upper, tasks(), lost=_lost, workers=2)  # type: ignore[arg-type]
    assert next(results).startswith("X")  # type: ignore[attr-defined]
    assert taken <= 6
    results.close()


def _ticks(process: int) -> int:
    """Return how much processor time a process took."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(told[11]) + int(told[12])


@LINUX
def test_a_killed_worker_never_costs_the_run(album: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(label: str, done: int, total: int) -> None:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        workers = [
            int(child)
            for child in listed
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        if done == 3 and workers:
            killed.append(max(workers, key=_ticks))  # the other one may not have begun yet
            os.kill(killed[0], signal.SIGKILL)

    report = apply(NOISE, album, tmp_path / "out", seed=3, workers=2, progress=kill)
    assert killed
    assert report.counts == {"unreadable": 1, "defended": 5}
    apply(NOISE, album, tmp_path / "one", seed=3)
    assert _pictures(tmp_path / "out") == _pictures(tmp_path / "one")
    assert not list((tmp_path / "out").rglob(".unmask-*"))
    assert Row("bad.jpg", "unreadable", 0).outcome == report.failed[0].outcome
