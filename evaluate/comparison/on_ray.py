"""Measure many defenses on the machines of a Ray cluster."""

from __future__ import annotations

import platform
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unmask.defenses import DEFENSES
from unmask.defenses.apply.engines.on_ray import connected, on_ray
from unmask.device import mark

from ..data.scene import Scene
from ..results.folder import differing
from .config import code_for, files_of, made_with, plugins_of
from .guests import Sent, received, stays
from .jobs import Job
from .measured import Measured
from .plan import Plan
from .travelling import Parcel, packed, size_of, unpacked
from .versions import versions
from .workers import done_job, measure_all

_ROOM = 80 << 20  # bytes of the store beside photos


def measure_on_ray(
    jobs: Sequence[Job],
    scene: Scene,
    *,
    begin: Callable[[int], None] = lambda number: None,
    workers: int = 0,
    address: str = "",
) -> Generator[tuple[int, Measured]]:
    """Yield the position of a job and its measurement, as they get done.

    The photos travel once: they lie in the store that all workers of a machine share, and are
    not copied into their memory. A job whose worker dies is begun anew, see `on_ray`. No machine
    needs to see the disk of another, but all need the same code and the same packages.

    Args:
        jobs: defenses and planted cases, each with its plan.
        scene: the photos.
        begin: told the position of a job when it begins.
        workers: number of them, one core each; 0: one per core of the cluster.
        address: of the cluster, as in `connected`.

    Raises:
        ImportError: Ray is not installed.
        ValueError: a machine would measure otherwise: other code, versions or models.
        ChildProcessError: three workers died at one job.
    """
    count, sent = stays(max(2, len(jobs)))
    if not jobs or count == 1:  # nothing to do, or what no other process can import
        yield from measure_all(jobs, scene, workers=1, begin=begin)
        return
    specs = tuple(dict.fromkeys(job.spec for job in jobs))
    plans = tuple(dict.fromkeys(job.plan for job in jobs))
    size = size_of(scene)
    with connected(address, workers, _ROOM + size + size // 4) as ray:
        there = _There(packed(scene, ray.put), sent, specs, plans, made_with(scene, specs, *plans))
        yield from on_ray(
            there, list(enumerate(jobs)), lost=_lost, workers=workers,
            begin=lambda task: begin(task[0]),
        )  # fmt: skip


@dataclass
class _There:
    """What a worker does: on its first job it unpacks the photos, and makes sure it may measure.

    Args:
        parcel: the photos.
        sent: classes of the user.
        specs: of all jobs.
        plans: of all jobs.
        made: what decides the figures, where the jobs come from.
    """

    parcel: Parcel
    sent: tuple[Sent, ...]
    specs: tuple[str, ...]
    plans: tuple[Plan, ...]
    made: Mapping[str, Any]
    scene: Scene | None = None

    def __call__(self, task: tuple[int, Job]) -> tuple[int, Measured]:
        with DEFENSES.host(received(self.sent).items()):
            if self.scene is None:
                import ray

                self.scene = unpacked(self.parcel, ray.get)
                check_alike(self.made, made_with(self.scene, self.specs, *self.plans))
            return task[0], done_job(task[1], self.scene)


def machine(specs: Sequence[str], plans: Sequence[Plan]) -> dict[str, Any]:
    """Return what decides figures on this machine, whatever the photos are."""
    plugins = plugins_of(specs, plans)
    return {
        "code": code_for(specs, *plans),
        "files": files_of(specs, plans),
        "device": mark(),
        "versions": versions(plugins.values()),
        "python": platform.python_version(),
    }


def check_alike(there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Refuse to measure on a machine whose figures would not be those of the others.

    Args:
        there: what decides them where the work comes from.
        here: the same on this machine.

    Raises:
        ValueError: they differ.
    """
    if other := differing(there, here):
        raise ValueError(
            f"all machines must measure alike, but {platform.node()} has other "
            f"{'; '.join(other)}: install the same versions and the same code there"
        )


def _lost(task: tuple[int, Job], why: str) -> tuple[int, Measured]:
    raise ChildProcessError(
        f"'{task[1].label}' could not be measured: {why}; finished measurements are kept: resume "
        "the run, with more memory for each worker if that was short"
    )
