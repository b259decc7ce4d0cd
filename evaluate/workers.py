"""Measure many defenses, in this process or in several."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from .measure import Measured, measure
from .plan import Plan
from .scene import Scene
from .threads import one_thread

_scene: Scene | None = None


def measure_all(
    jobs: Sequence[tuple[str, Plan]], scene: Scene, *, workers: int
) -> Iterator[tuple[int, Measured]]:
    """Yield the position of a job and its measurement, as they get done.

    Args:
        jobs: defense specs, each with its plan.
        scene: the photos.
        workers: number of processes; 1 stays in this one. The figures are the same.
    """
    if workers <= 1 or len(jobs) <= 1:
        one_thread()
        for number, (spec, plan) in enumerate(jobs):
            yield number, measure(spec, scene, plan)
        return
    context = multiprocessing.get_context("spawn")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # read by the children while they import
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=(scene,)) as pool:
        waiting = {pool.submit(_run, spec, plan): n for n, (spec, plan) in enumerate(jobs)}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _start(scene: Scene) -> None:
    global _scene
    one_thread()
    _scene = scene


def _run(spec: str, plan: Plan) -> Measured:
    if _scene is None:
        raise RuntimeError("a worker was started without its scene")
    return measure(spec, _scene, plan)
