"""What a run came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from unmask.frames import frame
from unmask.notebook import table

from ..files.printable import printable
from .listing import Skipped
from .manifest import Row
from .video import VIDEOS

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 8  # photos of the short text
_SHOWN = 50  # photos of the table in a notebook


@dataclass(frozen=True, repr=False)
class ApplyReport:
    """What happened to all photos and videos.

    Args:
        rows: one per picture or video, sorted by path.
        skipped: files that are no pictures or are hidden, folders that cannot be read, links
            that are not followed.
        manifest: the file with the rows; None where one photo was written to one file.
        remark: what is to be known of all defended photos; empty if nothing.
        kept: how many photos an earlier run had done.
        strangers: files in the target that this run did not write.
        telling: paths of photos whose names may be those of people.
        names: the file that says which name stands for which photo, if names were given.
        root: what paths of rows are below, or the one file that was done.
    """

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    manifest: Path | None
    remark: str = ""
    kept: int = 0
    strangers: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    names: Path | None = None
    root: Path = Path()

    def __repr__(self) -> str:
        """Return a few lines: what became of the photos, and which were not defended."""
        told = [*self.failed, *self.missed]
        lines = [f"  {row.outcome}: {printable(row.path)}" for row in told[:_NAMED]]
        more = [f"  and {len(told) - _NAMED} more"] if len(told) > _NAMED else []
        return "\n".join([self.summary, *lines, *more, *filter(None, [self.remark])])

    def _repr_html_(self) -> str:
        """Return the photos that were not defended, each with its reason, and what all came to."""
        told = [*self.failed, *self.missed]
        lines = [[row.outcome, printable(row.path), printable(row.reason)]
                 for row in told[:_SHOWN]]  # fmt: skip
        more = [f"and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
        lost = [f"! not read: {printable(str(one.path))}" for one in self.lost[:_SHOWN]]
        place = [f"manifest: {printable(str(self.manifest))}"] if self.manifest else []
        head = ["outcome", "photo", "reason"] if lines else []
        return table(head, lines, [*more, self.summary, *lost, self.remark, *place])

    def to_dataframe(self) -> DataFrame:
        """Return a line per photo or video, as the manifest has them.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame([asdict(row) for row in self.rows], str(self.manifest or "rows"))

    @property
    def counts(self) -> dict[str, int]:
        """Number of photos by outcome."""
        return dict(Counter(row.outcome for row in self.rows))

    @property
    def summary(self) -> str:
        """One line for people, for example `3 photos: 2 defended, 1 failed`."""
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items())
        word = ("file" if self.videos else "photo") + "s" * (len(self.rows) != 1)
        photos = f"{len(self.rows)} {word}: {counts or 'none'}"
        done = f"; {self.kept} were done before" if self.kept else ""
        return photos + done + (f"; {len(self.skipped)} other files skipped" * bool(self.skipped))

    @property
    def videos(self) -> tuple[Row, ...]:
        """The rows of videos."""
        return tuple(row for row in self.rows if PurePath(row.path).suffix.lower() in VIDEOS)

    @property
    def failed(self) -> tuple[Row, ...]:
        """The photos that could not be done; exit code 1 if there are any."""
        return tuple(row for row in self.rows if row.outcome in ("failed", "unreadable"))

    @property
    def missed(self) -> tuple[Row, ...]:
        """The photos that nothing was done to; exit code 4 unless they were to be written."""
        return tuple(row for row in self.rows if row.outcome in ("no_face", "unchanged"))

    @property
    def lost(self) -> tuple[Skipped, ...]:
        """Folders that could not be read; exit code 1 if there are any."""
        return tuple(one for one in self.skipped if one.lost)
