"""What a command costs: processor time, seconds and memory of it and all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

UNMASK = (sys.executable, "-c", "from unmask.evaluate.cli import main; main()")
_EVERY = 0.05  # seconds


class Cost(NamedTuple):
    """What was used.

    Args:
        cpu: seconds of all processes, user and system.
        wall: seconds that passed.
        memory: bytes, the most that all processes had at one time; shared pages count once.
        code: how it ended; 0 is well.
        output: what it printed.
    """

    cpu: float
    wall: float
    memory: int
    code: int
    output: str


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and return its cost. Linux only."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})},
            start_new_session=True,
        )  # fmt: skip
        most, done = [0], Event()
        watcher = Thread(target=_watch, args=(process.pid, most, done), daemon=True)
        watcher.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watcher.join()
        output.seek(0)
        text = output.read().decode(errors="replace")
    memory = max(most[0], used.ru_maxrss * 1024)
    return Cost(used.ru_utime + used.ru_stime, wall, memory, process.returncode, text)


def _watch(session: int, most: list[int], done: Event) -> None:
    while not done.wait(_EVERY):
        most[0] = max(most[0], sum(map(_memory, _members(session))))


def _members(session: int) -> list[Path]:
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                # the name of a program may hold anything; what follows its bracket does not
                after = (place / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(after[3]) == session:
                    found.append(place)
    return found


def _memory(place: Path) -> int:
    with suppress(OSError):
        for line in (place / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
