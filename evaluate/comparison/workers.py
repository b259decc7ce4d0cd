"""Measure many defenses, in this process or in several."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait

from unmask.defenses import DEFENSES
from unmask.defenses.apply.pool import cores
from unmask.processes import Worker
from unmask.threads import pin_threads

from ..data.scene import Scene
from .guests import Sent, received, stays
from .jobs import Job
from .measure import measure_or_say
from .measured import Measured
from .parts import measure_part
from .planted import measure_case
from .region import region_of


def measure_all(
    jobs: Sequence[Job],
    scene: Scene,
    *,
    workers: int = 1,
    begin: Callable[[int], None] = lambda number: None,
) -> Generator[tuple[int, Measured]]:
    """Yield the position of a job and its measurement, as they get done.

    A defense that cannot learn from the background people is `unmeasured`; the rest goes on.

    Args:
        jobs: defenses and planted cases, each with its plan.
        scene: the photos.
        workers: number of processes, 0: one per core; 1 stays in this one. The figures are the
            same.
        begin: told the position of a job when it begins.

    Raises:
        ChildProcessError: a process died.
    """
    pin_threads()
    workers, sent = stays(min(workers or cores(), len(jobs)))
    if workers <= 1:
        for number, job in enumerate(jobs):
            begin(number)
            yield number, done_job(job, scene)
        return
    crew: list[Worker] = []
    try:
        for _ in range(workers):
            crew.append(Worker(_serve))
        photos = pickle.dumps((scene, sent))
        for worker in crew:
            worker.send(photos)
        del photos
        yield from _dealt(jobs, crew, begin)
    finally:
        for worker in crew:
            worker.stop()


def _dealt(
    jobs: Sequence[Job], crew: Sequence[Worker], begin: Callable[[int], None]
) -> Iterator[tuple[int, Measured]]:
    """Give each worker a job and, when it answers, the next one."""
    waiting = iter(enumerate(jobs))
    doing: dict[Connection, tuple[Worker, int]] = {}

    def hand_out(worker: Worker) -> None:
        number, job = next(waiting, (-1, None))
        if job is not None:
            begin(number)
            worker.send(pickle.dumps(job))
            doing[worker.pipe] = worker, number

    for worker in crew:
        hand_out(worker)
    while doing:
        ready = wait(list(doing))
        for pipe in [pipe for pipe in doing if pipe in ready]:
            worker, number = doing.pop(pipe)
            answer = worker.receive()
            if isinstance(answer, Exception):
                raise answer
            hand_out(worker)
            yield number, answer


def _serve(pipe: Connection) -> None:
    """Measure what comes through the pipe: first the photos, then one job after the other."""
    scene, sent = pickle.loads(pipe.recv_bytes())
    while True:
        job: Job = pickle.loads(pipe.recv_bytes())
        try:
            answer = pickle.dumps(_done_with(sent, job, scene))
        except Exception as error:
            answer = _packed(error)
        pipe.send_bytes(answer)


def _done_with(sent: Sequence[Sent], job: Job, scene: Scene) -> Measured:
    with DEFENSES.host(received(sent).items()):
        return done_job(job, scene)


def done_job(job: Job, scene: Scene) -> Measured:
    """Measure what a job asks for, in this process."""
    region = region_of(DEFENSES.build(job.spec)) if job.part else None
    if job.part and region:
        return measure_part(job.part, region, scene, job.plan)
    if job.case:
        return measure_case(job.case, scene, job.plan)
    return measure_or_say(job.spec, scene, job.plan)


def _packed(error: Exception) -> bytes:
    """Pack an error so that it can be unpacked on the other side."""
    error.add_note(f"In a worker process:\n{traceback.format_exc()}")
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)
    except Exception:
        return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
    return packed
