"""Processes of this machine that work on one small task after the other."""

from __future__ import annotations

import os
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from unmask.processes import Worker
from unmask.threads import pin_threads

Task = TypeVar("Task")
Result = TypeVar("Result")
TRIES = 2
"""How often a task is begun at which the process dies."""
_AHEAD = 2  # tasks that a process has: it need not wait for the next, and few are held


def cores() -> int:
    """Return the number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def in_pool(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    *,
    lost: Callable[[Task, str], Result],
    workers: int = 1,
    ahead: int = _AHEAD,
) -> Generator[Result]:
    """Yield the results of all tasks, in the order in which they are made.

    Tasks are taken as there is somebody to do them, so that any number of them needs no more
    memory than a few. A process that dies, because it was killed or memory is short, is
    replaced; the task at which it died is begun once more. The processes die with this one,
    and each uses one thread.

    Args:
        work: what is done; it, its argument and its result can be pickled.
        tasks: what it is done to.
        lost: makes the result of a task at which two processes died, from a reason.
        workers: number of processes; 1 or less works in this one.
        ahead: how many tasks a process has, that which it does among them; 1 where they are long.

    Raises:
        ChildProcessError: a process dies before it has begun.
        Exception: what `work` raised.
    """
    pin_threads()
    if workers <= 1:
        yield from map(work, tasks)
        return
    crew: list[_Hand[Task]] = []
    packed, waiting = pickle.dumps(work), _Queue(tasks)
    try:
        while len(crew) < workers and (job := waiting.next()):
            crew.append(_Hand(_hired(packed), deque([job])))
            crew[-1].worker.send(pickle.dumps(job.task))
        while any(hand.jobs for hand in crew):
            ready = wait([hand.worker.pipe for hand in crew if hand.jobs])
            for hand in [hand for hand in crew if hand.worker.pipe in ready]:
                try:
                    yield from _heard(hand, waiting, ahead)
                except ChildProcessError as error:
                    yield from _buried(hand, waiting, error, lost)
                    hand.worker.stop()
                    if job := waiting.next():
                        hand.worker, hand.begun = _hired(packed), False
                        hand.jobs.append(job)
                        hand.worker.send(pickle.dumps(job.task))
    finally:
        for hand in crew:
            hand.worker.stop()


@dataclass
class _Job(Generic[Task]):
    task: Task
    tries: int = 1


class _Queue(Generic[Task]):
    """What is to be done; what was begun in vain comes first."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._tasks, self._again = iter(tasks), deque[_Job[Task]]()

    def next(self) -> _Job[Task] | None:
        if self._again:
            return self._again.popleft()
        for task in self._tasks:
            return _Job(task)
        return None

    def put_back(self, job: _Job[Task]) -> None:
        self._again.append(job)


@dataclass
class _Hand(Generic[Task]):
    """A process, and what it has to do: it does the first."""

    worker: Worker
    jobs: deque[_Job[Task]] = field(default_factory=deque)
    begun: bool = False  # it has said that it can work


def _hired(packed: bytes) -> Worker:
    worker = Worker(_serve)
    worker.send(packed)
    return worker


def _heard(hand: _Hand[Task], waiting: _Queue[Task], ahead: int) -> Iterator[Any]:
    """Take an answer, and give the process more to do; yield a result."""
    done, answer = hand.worker.receive()
    if not done:
        raise answer
    if not hand.begun:
        hand.begun = True
    else:
        hand.jobs.popleft()
        yield answer
    _fill(hand, waiting, ahead)


def _fill(hand: _Hand[Task], waiting: _Queue[Task], ahead: int) -> None:
    while len(hand.jobs) < ahead and (job := waiting.next()):
        hand.jobs.append(job)  # before it is sent: it must not be lost with the process
        hand.worker.send(pickle.dumps(job.task))


def _buried(
    hand: _Hand[Task], waiting: _Queue[Task], error: ChildProcessError,
    lost: Callable[[Task, str], Result],
) -> Iterator[Result]:  # fmt: skip
    """Put the tasks of a dead process back; yield the result of one that is given up."""
    if not hand.begun:
        raise error
    first, *others = hand.jobs
    hand.jobs.clear()
    for job in others:
        waiting.put_back(job)
    if first.tries < TRIES:
        waiting.put_back(_Job(first.task, first.tries + 1))
    else:
        yield lost(first.task, str(error).partition(";")[0])


def _serve(pipe: Connection) -> None:
    """Do what comes through the pipe: first the work itself, then one task after the other."""
    pin_threads()
    work = pickle.loads(pipe.recv_bytes())
    pipe.send_bytes(pickle.dumps((True, None)))
    while True:
        task = pickle.loads(pipe.recv_bytes())
        try:
            answer = pickle.dumps((True, work(task)))
        except Exception as error:
            answer = pickle.dumps((False, _portable(error)))
        pipe.send_bytes(answer)


def _portable(error: Exception) -> Exception:
    """Return an error that can be unpacked on the other side."""
    error.add_note(f"In a worker process:\n{traceback.format_exc()}")
    if isinstance(error, ChildProcessError):  # which would look like the death of this one
        return RuntimeError(str(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
