"""Ray: actors that keep their models, on one machine or many."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, NamedTuple, TypeVar

from unmask.device import CPU, chosen, use_device
from unmask.threads import pin_threads

TRIES = 3
"""How often work is begun whose worker dies, before it is given up."""
_STORE = 80 << 20  # bytes for objects that are passed around: paths and rows

Task = TypeVar("Task")
Result = TypeVar("Result")


class _Job(NamedTuple, Generic[Task]):
    task: Task
    tries: int


def on_ray(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    *,
    lost: Callable[[Task, str], Result],
    address: str = "",
    workers: int = 0,
    begin: Callable[[Task], None] = lambda task: None,
) -> Iterator[Result]:
    """Yield the results of all tasks, in the order in which they are made.

    A worker that dies, because it was killed, ran out of memory or lost its machine, is
    replaced, and its task is begun anew, by another worker if one is idle. So `work` must be
    able to do the same twice.

    Args:
        work: what is done; it, its argument and its result can be pickled.
        tasks: what it is done to.
        lost: makes the result of a task whose workers died `TRIES` times, from a reason.
        address: as in `connected`.
        workers: number of actors; 0: one per core of the cluster.
        begin: told each task that is begun, or begun anew.

    Raises:
        ImportError: `ray` is not installed.
        Exception: what `work` raised; what it does to other tasks is then stopped.
    """
    with connected(address, workers) as ray:
        count = workers or int(ray.cluster_resources().get("CPU", 1))
        where, share = chosen(), _share(ray.cluster_resources().get("GPU", 0), count)
        kind = ray.remote(num_cpus=1, num_gpus=share, max_restarts=0)(_Worker)
        waiting = deque(_Job(task, 1) for task in tasks)
        idle = [kind.remote(work, where) for _ in range(min(count, len(tasks)))]
        running: dict[Any, tuple[Any, _Job[Task]]] = {}
        while waiting or running:
            while waiting and idle:
                actor, job = idle.pop(), waiting.popleft()
                begin(job.task)
                running[actor.do.remote(job.task)] = actor, job
            (ready,), _ = ray.wait(list(running), num_returns=1)
            actor, job = running.pop(ready)
            try:
                result = ray.get(ready)
            except _deaths(ray) as error:
                idle.append(kind.remote(work, where))
                if job.tries < TRIES:
                    waiting.append(_Job(job.task, job.tries + 1))
                else:
                    yield lost(job.task, f"its worker died {TRIES} times: {_first_line(error)}")
            except ray.exceptions.RayTaskError as error:
                raise error.cause from error
            else:
                if waiting:
                    idle.append(actor)
                else:
                    ray.kill(actor)  # makes room for one that the cluster could not start yet
                yield result


class _Worker:
    """A process that works until it is told to stop; what it loaded stays loaded."""

    def __init__(self, work: Callable[[Any], Any], device: str) -> None:
        pin_threads()
        use_device(device)
        self._work = work

    def do(self, task: Any) -> Any:
        return self._work(task)


def _share(cards: float, workers: int) -> float:
    """Return which part of a card each worker asks for; Ray hides cards from who asks for none."""
    if chosen() == CPU or not cards:
        return 0
    return min(1.0, math.floor(1000 * cards / workers) / 1000)


@contextmanager
def connected(address: str = "", workers: int = 0, store: int = _STORE) -> Iterator[Any]:
    """Yield `ray`, connected to a cluster; one that somebody has connected to already is taken.

    Args:
        address: of a running cluster, `auto` for the one of this machine; empty: that in the
            variable `RAY_ADDRESS`, or else one is started here and stopped in the end.
        workers: cores of a cluster that is started here; 0: all.
        store: bytes for objects of a cluster that is started here.

    Raises:
        ImportError: `ray` is not installed.
        ConnectionError: there is no such cluster.
    """
    ray = _installed()
    if ray.is_initialized():  # somebody's own, who also ends it
        yield ray
        return
    told = {"log_to_driver": False, "logging_level": "ERROR"}
    with _same_signals():
        if address := address or os.environ.get("RAY_ADDRESS", ""):
            ray.init(address=address, **told)
        else:
            ray.init(num_cpus=workers or None, include_dashboard=False,
                     object_store_memory=store, **told)  # fmt: skip
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def _same_signals() -> Iterator[None]:
    """Keep who hears SIGTERM: Ray would end this program without a word."""
    first = threading.current_thread() is threading.main_thread()
    heard = signal.getsignal(signal.SIGTERM)
    yield
    if first:
        signal.signal(signal.SIGTERM, heard)


def _deaths(ray: Any) -> tuple[type[Exception], ...]:
    """Return what Ray raises where a worker was killed, memory was short or a machine was lost."""
    names = ("RayActorError", "OutOfMemoryError", "NodeDiedError", "LocalRayletDiedError")
    return tuple(getattr(ray.exceptions, name) for name in names if hasattr(ray.exceptions, name))


def _installed() -> Any:
    try:
        import ray
    except ImportError as error:
        raise ImportError("this engine needs Ray: pip install 'unmask[ray]'") from error
    return ray


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
