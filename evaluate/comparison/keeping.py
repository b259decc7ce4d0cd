"""Where measurements are kept: those of a run in its folder, all that last in the cache."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..data.scene import Scene
from .jobs import Job
from .measured import Measured
from .remembering import Memory
from .store import dump, restore_file


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
    memory: Memory = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with a cache of which nothing was asked yet."""
        object.__setattr__(self, "memory", Memory(self.scene))

    def find(self, job: Job) -> Measured | None:
        """Return what is known of a job, if anything is.

        Raises:
            ValueError: what was kept is damaged.
        """
        path = self.path(job)
        if self.resume and (self.everything or not job.shared) and path.exists():
            found = restore_file(path)
            return None if found.broken else found  # tried again when somebody has mended it
        known = self.memory.find(job)
        if known and (self.everything or not job.shared):
            write_text(path, dump(known))
        return known

    def keep(self, job: Job, measured: Measured) -> None:
        """Keep what was measured, unless something broke: then it is tried again."""
        self.memory.keep(job, measured)
        if self.everything or not (job.shared or measured.broken):
            write_text(self.path(job), dump(measured))

    def path(self, job: Job) -> Path:
        """Return the file of a job in the folder."""
        mark = hashlib.sha256(job.label.encode()).hexdigest()[:12]
        name = job.case or job.part or job.spec.partition(":")[0]
        return self.folder / "measured" / f"{name}-{mark}.json"
