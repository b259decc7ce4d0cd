"""Processes that need no guard in the user's script and never outlive their parent."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any

_PATIENCE = 2.0  # seconds in which a process that was told to end must end
_ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_PR_SET_PDEATHSIG = 1  # of Linux's prctl: a signal for when the parent dies


class Worker:
    """One process, and the pipe to it.

    The process does not run the user's script again, as those of `multiprocessing` do: what
    is measured comes from installed packages, and a script without a guard would start
    workers that start workers. Arguments go through the pipe, which breaks when the process
    dies; the way `multiprocessing` hands them over waits for ever then.

    Args:
        target: an importable function; it is called with the other end of the pipe.
    """

    def __init__(self, target: Callable[[Connection], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_begin, args=(target, theirs), daemon=True)
        with _apart():
            self._process.start()
        theirs.close()

    def send(self, message: bytes) -> None:
        """Send one message.

        Raises:
            ChildProcessError: the process is dead.
        """
        try:
            self.pipe.send_bytes(message)
        except OSError:
            raise self._death() from None

    def receive(self) -> Any:
        """Wait for the next answer.

        Raises:
            ChildProcessError: the process is dead.
        """
        try:
            return pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            raise self._death() from None

    def stop(self) -> None:
        """End the process now, whatever it does; its guard clears what it leaves."""
        self.pipe.close()
        self._process.kill()
        self._process.join()

    def _death(self) -> ChildProcessError:
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        how = f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was killed by signal {-code}"
            how += " (is memory short?)" if -code == signal.SIGKILL else ""
        return ChildProcessError(
            f"a worker process {how}; finished measurements are kept: resume the run, with fewer "
            "workers if memory is short"
        )


@contextmanager
def _apart() -> Iterator[None]:
    """Let a process start without the user's script, and deaf to what ends its parent.

    Ctrl-C reaches every process of a terminal at once, as a closed terminal and the end of a
    job's time do; the parent hears it, says what is kept, and ends the rest.
    """
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    first = threading.current_thread() is threading.main_thread()
    heard = {one: signal.signal(one, signal.SIG_IGN) for one in _ENDING} if first else {}
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for one, before in heard.items():
            signal.signal(one, before or signal.SIG_DFL)


def _begin(target: Callable[[Connection], None], pipe: Connection) -> None:
    for one in _ENDING:  # not ignored: programs that are called would ignore it as well
        signal.signal(one, lambda number, frame: None)
    if sys.platform == "linux":  # at once, also while a library holds on to the interpreter
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_follow_parent, daemon=True).start()
    with suppress(EOFError, BrokenPipeError):  # the parent has gone, and so do we
        target(pipe)


def _follow_parent() -> None:
    """End with the parent, even if that was killed and could not say so."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
