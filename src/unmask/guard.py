"""Programs that were called and folders of scratch end with this process, however it ends."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_CODE = """
import os, shutil, signal, sys
if os.fork():
    os._exit(0)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
watched = {}
for line in sys.stdin:
    what, name = line.split()
    watched[name] = what != "over" and what
for name, what in watched.items():
    if what == "group":
        try:
            os.killpg(int(name), signal.SIGKILL)
        except OSError:
            pass
for name, what in watched.items():
    if what == "folder":
        shutil.rmtree(bytes.fromhex(name), ignore_errors=True)
"""
"""What the guard does: it learns what there is, until whoever tells it has ended.

It is nobody's child, for Ray kills the children of a worker that it ends.
"""
_pipes: dict[int, IO[str]] = {}  # to the guard, by process: a fork needs one of its own


@contextmanager
def ends_with_us(group: int) -> Iterator[None]:
    """Have a group of processes killed if this process ends before the context does.

    Nothing that runs here could do so after a kill; and the kernel tells only children of a
    death, not what they have started in turn. So another process watches: it is started once,
    and reads from a pipe that closes when this one is gone.

    Args:
        group: number of the group, that of a process with `start_new_session=True`.
    """
    with _watched("group", str(group)):
        yield


@contextmanager
def scratch(prefix: str = "unmask-") -> Iterator[Path]:
    """Yield a temporary folder that is removed, also if this process is killed."""
    with (
        tempfile.TemporaryDirectory(prefix=prefix) as name,
        _watched("folder", os.fsencode(name).hex()),
    ):
        yield Path(name)


def removed_with_us(folder: Path) -> None:
    """Have a folder removed when this process has ended, if it is there still.

    Args:
        folder: ours alone.
    """
    if hasattr(os, "killpg"):
        _tell(f"folder {os.fsencode(folder.absolute()).hex()}")


@contextmanager
def _watched(what: str, name: str) -> Iterator[None]:
    if not hasattr(os, "killpg"):  # not on every system
        yield
        return
    _tell(f"{what} {name}")
    try:
        yield
    finally:
        _tell(f"over {name}")


def _tell(line: str) -> None:
    pid = os.getpid()
    if pid not in _pipes:
        _pipes[pid] = _started()
    with suppress(OSError):  # somebody killed the guard: then nobody watches
        _pipes[pid].write(line + "\n")
        _pipes[pid].flush()


def _started() -> IO[str]:
    begun = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _CODE], stdin=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
    )  # fmt: skip
    assert begun.stdin is not None
    begun.wait()
    atexit.register(_close, begun.stdin)
    return begun.stdin


def _close(pipe: IO[str]) -> None:
    with suppress(OSError):
        pipe.close()
