"""Where measurements are kept: those of a run in its folder, shared ones in the cache."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from unmask.defenses import default_cache
from unmask.defenses.files.atomic import write_text

from ..data.scene import Scene
from .config import measurement_key
from .jobs import Job
from .measured import Measured
from .store import dump, restore, restore_file


@dataclass(frozen=True)
class Keeping:
    """Finds what was measured before, and keeps what is measured now.

    Args:
        scene: the photos.
        folder: of the run.
        resume: whether measurements in the folder may be taken over.
        everything: keep planted cases, parts and what broke in the folder as well, as somebody
            else needs who does not have this cache.
    """

    scene: Scene
    folder: Path
    resume: bool = False
    everything: bool = False

    def find(self, job: Job) -> Measured | None:
        """Return what is known of a job, if anything is.

        Raises:
            ValueError: what was kept is damaged.
        """
        path = self.path(job)
        if self.resume and (self.everything or not job.shared) and path.exists():
            found = restore_file(path)
            return None if found.broken else found  # tried again when somebody has mended it
        if not job.shared:
            return None
        known = default_cache().get_many([_shared_key(self.scene, job)])
        if not known:
            return None
        found = restore(next(iter(known.values())).decode())
        if self.everything:
            write_text(path, dump(found))
        return found

    def keep(self, job: Job, measured: Measured) -> None:
        """Keep what was measured, unless something broke: then it is tried again."""
        if job.shared and not measured.broken:
            key = _shared_key(self.scene, job)
            default_cache().put_many({key: dump(measured).encode()})
        if self.everything or not (job.shared or measured.broken):
            write_text(self.path(job), dump(measured))

    def path(self, job: Job) -> Path:
        """Return the file of a job in the folder."""
        mark = hashlib.sha256(job.label.encode()).hexdigest()[:12]
        name = job.case or job.part or job.spec.partition(":")[0]
        return self.folder / "measured" / f"{name}-{mark}.json"


def _shared_key(scene: Scene, job: Job) -> bytes:
    """Return the cache key of what all runs on the same photos share."""
    base = "none" if job.part else job.spec
    everybody = job.plan.everybody or job.part != "context"  # nobody is spared elsewhere
    alone = replace(scene, pairs=None)  # about which planted cases are not asked
    key = measurement_key(alone, replace(job.plan, metrics=(), everybody=everybody), base)
    name = job.label if job.part else f"planted {job.case}"
    return hashlib.sha256(name.encode() + key).digest()
