"""A search in this process or in several."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait

from unmask.defenses import DEFENSES
from unmask.processes import Worker
from unmask.threads import pin_threads

from ..comparison.guests import received, stays
from .points import Point
from .storages import close
from .study import open_study, work
from .task import Task
from .trials import finished, points_of

Seen = tuple[int, Sequence[Point]]
_LOOK = 1.0  # seconds between two looks at what the others have done


def search_with(task: Task, jobs: int, after: Callable[[Seen], None]) -> None:
    """Run the search; `after` is told the number of finished trials and their points.

    Raises:
        ValueError: fewer than one process.
        RuntimeError: the search failed in a process.
        ChildProcessError: a process died.
    """
    if jobs < 1:
        raise ValueError(f"--jobs must be at least 1, got {jobs}")
    jobs, sent = stays(jobs)
    if jobs == 1:
        work(task, after=lambda study: after((finished(study), points_of(study))))
        return
    pin_threads()  # the children inherit it
    study = open_study(task)
    crew: list[Worker] = []
    try:
        for number in range(jobs):
            crew.append(Worker(_take_part))
            crew[-1].send(pickle.dumps((task, number, sent)))
        busy = {worker.pipe: worker for worker in crew}
        while busy:
            for pipe in wait(list(busy), timeout=_LOOK):
                wrong = busy.pop(pipe).receive()  # type: ignore[call-overload]
                if wrong:
                    raise RuntimeError(f"a search process failed by {wrong}; go on with --resume")
            after((finished(study), points_of(study)))
    finally:
        for worker in crew:
            worker.stop()
        close(study)


def _take_part(pipe: Connection) -> None:
    """Take part in the search that comes through the pipe; send what went wrong, if anything."""
    task, number, sent = pickle.loads(pipe.recv_bytes())
    try:
        with DEFENSES.host(received(sent).items()):
            work(task, number)
        wrong = ""
    except Exception as error:
        wrong = f"{type(error).__name__}: {error}"
    pipe.send_bytes(pickle.dumps(wrong))
