"""Whole measurements in the user's cache: what was measured once need not be measured again.

They hold figures a photo, never pictures, and keys of photos that tell nothing. A measurement is
found again for the same photos, people, plan, code, files, models and versions alone; see
`config.py`. One that may come out otherwise another time is not kept: where something broke, is
doubted or was not at hand.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

import numpy as np

from unmask.defenses import DEFENSES, Defended, default_cache
from unmask.defenses.files.code_digest import edited
from unmask.defenses.files.hashes import sha256_of
from unmask.defenses.folder import Folder

from ..data.scene import Scene
from ..metrics.base import Unavailable
from ..results.shown import COMMAND
from .blind import names_of, opaque
from .cases import CASES
from .config import measurement_key
from .jobs import Job
from .measured import Measured, Utility
from .store import dump, restore

_SEED = 0  # of the names of photos in the cache: whatever the run's seed is


class Memory:
    """What is known of jobs, and what is to be remembered of them.

    Whatever decides a figure is looked at before a job begins, and once more when it is done: of
    what was changed in between nobody knows which of both was measured.

    Args:
        scene: the photos.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._keys: dict[str, bytes] = {}
        self._lost: dict[str, str] = {}  # why a metric cannot be had now, by its name
        self.taken: list[str] = []  # specs of defenses that were found

    def find(self, job: Job) -> Measured | None:
        """Return what was found out about a job before, if that is known."""
        key = self._keys[job.label] = self._key(job)
        try:
            known = default_cache().get_many([key])[key]
            measured = restore(zlib.decompress(known).decode())
        except (KeyError, ValueError, zlib.error):  # unknown, or a torn entry: measured anew
            return None
        if any(self._why_not(one.name, job) != one.reason for one in _lost(measured)):
            return None  # the weights it needs have come since
        if not job.shared:
            self.taken.append(job.spec)
        return _renamed(measured, names_of(self._scene.probes, _SEED))

    def keep(self, job: Job, measured: Measured) -> None:
        """Remember what was found out about a job that `find` did not know."""
        key = self._keys.pop(job.label, b"")
        if not key or not _lasts(measured) or key != self._key(job):
            return
        names = {photo.key: opaque(photo.key, _SEED) for photo in self._scene.probes}
        text = dump(_renamed(measured, names))
        default_cache().put_many({key: zlib.compress(text.encode(), 1)})

    def _key(self, job: Job) -> bytes:
        """Return the key of a job; empty where nothing is remembered of it."""
        if default_cache().path is None or job.spec.partition(":")[0] == COMMAND:
            return b""  # nobody knows what another program is made of
        plan, spec = job.plan, job.spec
        if job.shared:
            # what all runs on the same photos share; nobody is spared elsewhere
            spares = job.part == "context" or (job.case and CASES[job.case].kind == "ceiling")
            everybody = plan.everybody or not spares
            plan = replace(plan, metrics=(), everybody=everybody)
            spec = "none" if job.part else spec
        # about a list of pairs planted cases and parts are not asked
        scene = replace(self._scene, pairs=None) if job.shared else self._scene
        key = measurement_key(scene, plan, spec)
        if edited():
            return b""
        name = job.label if job.shared else "defense"
        pictures = b"" if job.part else _pictures_of(spec)
        return hashlib.sha256(name.encode() + b"\0" + key + pictures).digest()

    def _why_not(self, metric: str, job: Job) -> str:
        """Return why a metric cannot be had now, asked of one photo; empty if it can."""
        if metric not in self._lost:
            photo = self._scene.probes[0]
            made = Defended(photo, "unchanged", np.zeros(photo.pixels.shape[:2], np.float32))
            one = next(m for m in job.plan.build_metrics() if m.name == metric)
            try:
                one.values([photo], [made])
                self._lost[metric] = ""
            except Unavailable as error:
                self._lost[metric] = str(error)
        return self._lost[metric]


def _lost(measured: Measured) -> list[Utility]:
    return [one for one in measured.utilities if one.status == "unavailable"]


def _lasts(measured: Measured) -> bool:
    """Return whether a measurement would come out the same another time, as far as is known."""
    if measured.status != "ok" or measured.broken or measured.doubts:
        return False
    attacks = [a for some in (*measured.by_part.values(), measured.disclosed) for a in some]
    return all(one.status == "ok" or one.name != one.attacker for one in attacks)


def _pictures_of(spec: str) -> bytes:
    """Return a digest of the pictures that another program left, read anew each time."""
    defense = DEFENSES.build(spec)
    if not isinstance(defense, Folder):
        return b""
    whole = hashlib.sha256()
    for folder in defense.folders:
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder).as_posix()
            if path.is_symlink():  # what lies behind a linked folder is not gone through
                whole.update(f"{place}\x1f-> {path.readlink()}\n".encode())
            if path.is_file():
                whole.update(f"{place}\x1f{sha256_of(path)}\n".encode())
        whole.update(b"next")
    return whole.digest()


def _renamed(measured: Measured, names: dict[str, str]) -> Measured:
    """Return a measurement with other keys of photos."""
    lost, told = (
        {names.get(key, key): why for key, why in texts.items()}
        for texts in (measured.failures, measured.remarks)
    )
    return replace(measured, failures=lost, remarks=told)
