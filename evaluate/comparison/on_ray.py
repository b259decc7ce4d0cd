"""Measure many defenses on the machines of a Ray cluster."""

from __future__ import annotations

import platform
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from unmask.defenses import DEFENSES, Photo
from unmask.defenses.apply.engines.on_ray import connected, on_ray
from unmask.device import mark

from ..data.scene import Scene
from ..results.folder import differing
from .config import code_for, files_of, made_with, plugins_of
from .guests import Sent, received, stays
from .jobs import Job
from .measured import Measured
from .plan import Plan
from .versions import versions
from .workers import done_job, measure_all

_BOX = 32 << 20  # bytes of pixels that are handed to the cluster at once
_ROOM = 80 << 20  # bytes of the store beside photos
_NO_PIXELS = np.zeros((1, 1, 3), np.uint8)
_ROLES = ("gallery", "probes", "background")


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
    size = sum(photo.pixels.nbytes for photo in _photos(scene))
    with connected(address, workers, _ROOM + size + size // 4) as ray:
        there = _There(_packed(ray, scene), sent, specs, plans, made_with(scene, specs, *plans))
        yield from on_ray(
            there, list(enumerate(jobs)), lost=_lost, workers=workers,
            begin=lambda task: begin(task[0]),
        )  # fmt: skip


class _Parcel(NamedTuple):
    """A scene that travels: photos without pixels, and where the pixels of each lie.

    Args:
        scene: the photos in their roles, each with one pixel.
        boxes: references to lists of arrays, in the order of the photos.
    """

    scene: Scene
    boxes: tuple[Any, ...]


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

    parcel: _Parcel
    sent: tuple[Sent, ...]
    specs: tuple[str, ...]
    plans: tuple[Plan, ...]
    made: Mapping[str, Any]
    scene: Scene | None = None

    def __call__(self, task: tuple[int, Job]) -> tuple[int, Measured]:
        with DEFENSES.host(received(self.sent).items()):
            if self.scene is None:
                self.scene = _unpacked(self.parcel)
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


def _photos(scene: Scene) -> list[Photo]:
    return [photo for role in _ROLES for photo in getattr(scene, role)]


def _packed(ray: Any, scene: Scene) -> _Parcel:
    """Put the pixels into the store of the cluster, a box after the other."""
    boxes, box, held = [], list[Any](), 0
    for photo in _photos(scene):
        box.append(np.asarray(photo.pixels))
        held += box[-1].nbytes
        if held >= _BOX:
            boxes.append(ray.put(box))
            box, held = [], 0
    boxes.append(ray.put(box))
    bare = [[replace(one, pixels=_NO_PIXELS) for one in getattr(scene, role)] for role in _ROLES]
    return _Parcel(_with_photos(scene, bare), tuple(boxes))


def _unpacked(parcel: _Parcel) -> Scene:
    """Return the scene again; its pixels stay in the store, which no worker writes to."""
    import ray

    pixels = (array for box in parcel.boxes for array in ray.get(box))
    whole = [
        [replace(one, pixels=next(pixels)) for one in getattr(parcel.scene, role)]
        for role in _ROLES
    ]
    return _with_photos(parcel.scene, whole)


def _with_photos(scene: Scene, photos: Sequence[Sequence[Photo]]) -> Scene:
    gallery, probes, background = map(tuple, photos)
    return replace(scene, gallery=gallery, probes=probes, background=background)
