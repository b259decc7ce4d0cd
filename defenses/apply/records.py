"""The files that a run leaves beside its pictures, and how those of its parts are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

TEMPORARY = ".unmask-"
"""How names of files begin that are not finished."""
_KINDS = ("manifest.csv", "manifest.parquet", "summary.json", "skipped.csv")
_NAME = re.compile(r"(manifest|summary|skipped)(-\d{5}-of-\d{5})?\.(csv|parquet|json)")


@dataclass(frozen=True)
class Part:
    """Which part of the work is done.

    Args:
        index: from 0.
        count: how many there are; of one the names say nothing.
    """

    index: int = 0
    count: int = 1

    @property
    def mark(self) -> str:
        """What names of its files have before their ending."""
        return f"-{self.index:05}-of-{self.count:05}" if self.count > 1 else ""

    @property
    def temporary(self) -> str:
        """How names of its unfinished files begin."""
        return f"{TEMPORARY}{self.index}of{self.count}-" if self.count > 1 else TEMPORARY

    def check(self) -> None:
        """Raise unless there is such a part.

        Raises:
            ValueError: there is none.
        """
        if not 0 <= self.index < self.count:
            raise ValueError(
                f"a part is 0 to {self.count - 1} of {self.count}, got {self.index}; numbers "
                "start at 0"
            )


class Records(NamedTuple):
    """Where the files lie that tell what was done.

    Args:
        manifest: CSV, one row a photo, written as they are done.
        table: the same as Parquet, written in the end.
        summary: JSON, what was done with what, and whether it is finished.
        skipped: CSV, what was left out and why.
    """

    manifest: Path
    table: Path
    summary: Path
    skipped: Path

    @property
    def existing(self) -> list[Path]:
        """Those that are there."""
        return [path for path in self if path.exists() or path.is_symlink()]


def records_in(folder: Path, part: Part = Part()) -> Records:
    """Return where the records of a run, or of a part of one, lie."""
    names = (Path(kind) for kind in _KINDS)
    return Records(*(folder / f"{name.stem}{part.mark}{name.suffix}" for name in names))


def is_ours(below: Path) -> bool:
    """Whether a path below the target is that of a record, or of what a run left unfinished."""
    return is_record(below) or below.name.startswith(TEMPORARY)


def is_record(below: Path) -> bool:
    """Whether a path below the target is that of a record."""
    return len(below.parts) == 1 and _NAME.fullmatch(below.name) is not None
