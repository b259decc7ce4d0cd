"""A search in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence

from unmask.threads import pin_threads

from .points import Point
from .storages import close
from .study import open_study, work
from .task import Task
from .trials import finished, points_of

Seen = tuple[int, Sequence[Point]]


def search_with(task: Task, jobs: int, after: Callable[[Seen], None]) -> None:
    """Run the search; `after` is told the number of finished trials and their points.

    Raises:
        ValueError: fewer than one process.
        RuntimeError: a process died.
    """
    if jobs < 1:
        raise ValueError(f"--jobs must be at least 1, got {jobs}")
    if jobs == 1:
        work(task, after=lambda study: after((finished(study), points_of(study))))
        return
    pin_threads()  # the children inherit it
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_run, args=(task, n), daemon=True) for n in range(jobs)]
    study = open_study(task)
    for process in running:
        process.start()
    try:
        while any(process.is_alive() for process in running):
            for process in running:
                process.join(1.0 / jobs)
            after((finished(study), points_of(study)))
    except BaseException:
        for process in running:
            process.terminate()
        raise
    close(study)
    codes = [process.exitcode for process in running]
    if any(codes):
        raise RuntimeError(f"a search process ended with code {next(filter(None, codes))}; "
                           f"go on with --resume")  # fmt: skip


def _run(task: Task, number: int) -> None:
    work(task, number)
