"""Which file becomes which, and what is refused before any work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..files.atomic import check_writable
from ..files.pictures import FORMATS, SUFFIXES
from ..files.printable import encodable, printable
from .manifest import MANIFEST


class Pair(NamedTuple):
    """A picture file, the file it becomes, and its stable name."""

    source: Path
    target: Path
    key: str


class Task(NamedTuple):
    """What is to be done.

    Args:
        pairs: one per picture file, sorted.
        skipped: number of files that are no pictures, or that are hidden.
        manifest: where the table goes; None where one photo becomes one file.
    """

    pairs: tuple[Pair, ...]
    skipped: int
    manifest: Path | None


def plan_files(source: Path, target: Path, *, overwrite: bool) -> Task:
    """Look for the pictures, and see that what they become can be written.

    Args:
        source: a picture file or a folder.
        target: a folder, or for one picture also a file.
        overwrite: whether files in `target` may be replaced.

    Raises:
        ValueError: no such source, no picture in it, source and target inside each other,
            a target that exists, or one that a link leads out of.
        OSError: the target cannot be written.
    """
    as_file = _is_file_name(source, target)
    pairs, skipped = _pairs(source, target, as_file)
    manifest = None if as_file else target / MANIFEST
    goals = [pair.target for pair in pairs]
    if not as_file:
        _check_links(target, goals)
    if not overwrite:
        _check_free(goals + ([manifest] if manifest else []))
    place = target.parent if as_file else target
    try:
        check_writable(place)
    except OSError as error:
        why = error.strerror or error
        raise type(error)(f"{printable(place)} cannot be written: {why}") from error
    return Task(tuple(pairs), skipped, manifest)


def _pairs(source: Path, target: Path, as_file: bool) -> tuple[list[Pair], int]:
    """Return the pairs and the number of other files."""
    if source.is_file():
        goal = target if as_file else target / source.name
        if goal.exists() and goal.samefile(source):
            raise ValueError(
                f"the target {printable(goal)} is the source itself; choose another place"
            )
        if goal.suffix.lower() not in FORMATS:
            endings = ", ".join(FORMATS)
            raise ValueError(
                f"a picture file ends with one of {endings}, got {printable(goal.name)}"
            )
        return [Pair(source, goal, encodable(source.name))], 0
    if not source.is_dir():
        raise ValueError(f"no such file or folder: {printable(source)}")
    inside, outside = source.resolve(), target.resolve()
    if outside == inside or inside in outside.parents or outside in inside.parents:
        raise ValueError(
            f"source and target must not lie inside each other, got {printable(source)} and "
            f"{printable(target)}; choose a target beside the source"
        )
    if target.exists() and not target.is_dir():
        raise ValueError(
            f"the source is a folder, so the target must be one; {printable(target)} is a file"
        )
    files = sorted(Path(top) / name for top, _, names in os.walk(source) for name in names)
    below = [file.relative_to(source) for file in files]
    pairs = [Pair(source / p, target / p, encodable(p.as_posix())) for p in below if _is_photo(p)]
    if not pairs:
        raise ValueError(f"no pictures in {printable(source)}, only {len(files)} other files")
    return pairs, len(files) - len(pairs)


def _is_photo(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)  # also left by broken-off runs
    return path.suffix.lower() in SUFFIXES and not hidden


def _is_file_name(source: Path, target: Path) -> bool:
    return source.is_file() and not target.is_dir() and target.suffix.lower() in SUFFIXES


def _check_free(targets: Sequence[Path]) -> None:
    taken = [target for target in targets if target.exists() or target.is_symlink()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise ValueError(
            f"{printable(taken[0])}{more} exists already; choose another target, "
            "or replace what is there with --overwrite (overwrite=True)"
        )


def _check_links(target: Path, goals: Sequence[Path]) -> None:
    """Refuse folders in the target that are links: photos would be written somewhere else."""
    root = target.resolve()
    for folder in sorted({goal.parent for goal in goals}):
        if folder.resolve() != root / folder.relative_to(target):
            raise ValueError(
                f"folders in the target must not be links, but {printable(folder)} is "
                f"{printable(folder.resolve())}; remove the link or choose another target"
            )
