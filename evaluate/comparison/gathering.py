"""Get everything measured that a run needs, or take over what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from ..data.scene import Progress, Scene
from .cases import CASES
from .certificates import Proof, prove
from .jobs import Job
from .keeping import Keeping
from .measured import Measured
from .sparing import hasty


class Engine(Protocol):
    """What measures jobs, here or elsewhere: `measure_all` and `measure_on_ray`."""

    def __call__(
        self, jobs: Sequence[Job], scene: Scene, *, begin: Callable[[int], None]
    ) -> Generator[tuple[int, Measured]]:
        """Yield the position of a job and its measurement, as they get done.

        Args:
            jobs: in any order.
            scene: the photos.
            begin: told the position of a job when it begins.
        """


def measured_fully(
    jobs: Sequence[Job], keeping: Keeping, engine: Engine, progress: Progress | None = None,
    known: Mapping[str, Measured] | None = None,
) -> dict[str, Measured]:  # fmt: skip
    """Measure all jobs, by label, and anew those that only somebody who cheats had settled.

    Args:
        jobs: all planted cases are among them.
        keeping: where measurements are found and kept.
        engine: what measures.
        progress: told which job begins and how many are done.
        known: by label, what others have measured of this run; None: nothing.
    """
    done = dict(known or {})
    todo = [job for job in jobs if job.label not in done]
    done |= measured_once(todo, keeping, engine, progress)
    cheats = proof_of(done).cheats
    doubted = [job for job in jobs if hasty(done[job.label], cheats)]
    again = [job._replace(plan=replace(job.plan, everybody=True)) for job in doubted]
    return done | measured_once(again, replace(keeping, resume=False), engine, progress)


def proof_of(done: Mapping[str, Measured]) -> Proof:
    """Return what the planted cases among the measured prove."""
    return prove({case: done[f"case {case}"] for case in CASES})


def measured_once(
    jobs: Sequence[Job], keeping: Keeping, engine: Engine, progress: Progress | None = None
) -> dict[str, Measured]:
    """Return what these jobs find, or found before, by label."""
    done: dict[str, Measured] = {}
    todo: list[Job] = []
    for job in jobs:
        known = keeping.find(job)
        if known is None:
            todo.append(job)
        else:
            done[job.label] = known
    finished = 0

    def begin(number: int) -> None:
        if progress:
            job = todo[number]
            what = f"the {job.part} of clean photos alone" if job.part else job.label
            progress(f"attacking: {what}", finished, len(todo))

    with closing(engine(todo, keeping.scene, begin=begin)) as results:
        for number, measured in results:
            done[todo[number].label] = measured
            keeping.keep(todo[number], measured)
            finished += 1
            if progress:
                progress("attacking", finished, len(todo))
    return done
