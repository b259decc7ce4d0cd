"""Search many defenses side by side, on the machines of a Ray cluster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from unmask.defenses import DEFENSES
from unmask.defenses.apply.engines.on_ray import on_ray
from unmask.guard import scratch

from ..comparison.guests import Sent, received, stays
from ..comparison.on_ray import check_alike, machine
from .kept import kept
from .searches import Found, Search, Searches, searched

_QUIET = {"progress": False, "watch": None, "workers": 1, "jobs": 1}


class _Task(NamedTuple):
    """A search, and what an interrupted run left of it: files by their name."""

    search: Search
    files: Mapping[str, bytes]


class _Result(NamedTuple):
    search: Search
    failed: str
    files: Mapping[str, bytes]


def search_on_ray(
    every: Searches, todo: Sequence[Search], *, begin: Callable[[Search], None],
    workers: int = 0, address: str = "",
) -> Iterator[tuple[str, Found]]:  # fmt: skip
    """Do searches side by side; yield spec and result of each as they end.

    Each runs in a folder of its own on its machine, which then travels here; so a search whose
    worker dies begins anew, unless it has a `storage` that all machines see. The data must lie
    where all machines see it.

    Args:
        every: what they share.
        todo: which.
        begin: told each search that begins.
        workers: number of them, one core each; 0: one per core of the cluster.
        address: of the cluster, as in `connected`.

    Raises:
        ImportError: Ray is not installed.
        ValueError: a machine would measure otherwise: other code, versions or models.
        ChildProcessError: three workers died at one search.
    """
    count, sent = stays(max(2, len(todo)))
    if not todo or count == 1:  # nothing to do, or what no other process can import
        yield from searched(every, todo, begin=begin)
        return
    specs = tuple(one.spec for one in todo)
    plans = every.settings["search"], every.settings["test"]
    elsewhere = _Elsewhere(replace(every, settings=every.settings | _QUIET), sent, specs,
                           machine(specs, plans))  # fmt: skip
    tasks = [_Task(one, _files(every.folder / one.folder) if every.resume else {})
             for one in todo]  # fmt: skip
    for done in on_ray(elsewhere, tasks, lost=_lost, workers=workers, address=address,
                       begin=lambda task: begin(task.search)):  # fmt: skip
        own = every.folder / done.search.folder
        _write(own, done.files)
        yield done.search.spec, done.failed or kept(own)


@dataclass
class _Elsewhere:
    """What a worker does.

    Args:
        every: what all searches share.
        sent: classes of the user.
        specs: of all searches.
        made: what decides the figures beside the photos, where the searches come from.
    """

    every: Searches
    sent: tuple[Sent, ...]
    specs: tuple[str, ...]
    made: Mapping[str, Any]

    def __call__(self, task: _Task) -> _Result:
        with DEFENSES.host(received(self.sent).items()), scratch() as place:
            plans = self.every.settings["search"], self.every.settings["test"]
            check_alike(self.made, machine(self.specs, plans))
            own = place / task.search.folder
            _write(own, task.files)
            found = replace(self.every, folder=place).do(task.search)
            return _Result(task.search, found if isinstance(found, str) else "", _files(own))


def _lost(task: _Task, why: str) -> _Result:
    raise ChildProcessError(
        f"{task.search.spec} could not be tuned: {why}; finished searches are kept: go on with "
        "--resume, with more memory for each worker if that was short"
    )


def _files(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder anew; what stood there was sent along and has come back."""
    if not files:
        return
    fresh = folder.with_name(f".{folder.name}-{os.getpid()}")
    for name, data in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
