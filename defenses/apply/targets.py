"""Which file becomes which, and what is refused before any work."""

from __future__ import annotations

import hmac
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ..files.atomic import check_writable
from ..files.pictures import FORMATS, SUFFIXES
from ..files.printable import encodable, printable
from .listing import Skipped, list_photos
from .records import is_ours
from .shards.lists import common_folder, read_list
from .video import VIDEOS


class Pair(NamedTuple):
    """A picture or video, the file it becomes, and its names.

    Args:
        source: the picture.
        target: what is written.
        key: stable name, by which its randomness is drawn: path below the source.
        shown: its path in the manifest, if that is another one.
        secret: with which the hash of what was read is mixed there; empty: it is told as it is.
    """

    source: Path
    target: Path
    key: str
    shown: str = ""
    secret: str = ""

    @property
    def path(self) -> str:
        """What the manifest calls it."""
        return self.shown or self.key

    def came(self, digest: str) -> str:
        """Return what the manifest says of the SHA-256 of what was read.

        Whoever has the photo, or a list of such hashes of published ones, must not find it by
        the manifest of a run that hides names.
        """
        if not (self.secret and digest):
            return digest
        return hmac.new(self.secret.encode(), digest.encode(), "sha256").hexdigest()


class Task(NamedTuple):
    """What is to be done.

    Args:
        pairs: one per picture or video, sorted.
        skipped: files that are no pictures or are hidden, and what is not followed.
        folder: where the records go; None where one photo becomes one file.
        root: the folder below which names of sources are, or the one source.
    """

    pairs: tuple[Pair, ...]
    skipped: tuple[Skipped, ...]
    folder: Path | None
    root: Path = Path()


def plan_files(source: Path, target: Path, *, in_place: bool = False, column: str = "") -> Task:
    """Look for the pictures and what they become.

    Args:
        source: a picture, a video, a folder, or a list of photos.
        target: a folder, or for one file also a file.
        in_place: the target is the source.
        column: which column of a list holds the paths, if that is not clear.

    Raises:
        ValueError: no such source, no picture in it, or source and target inside each other.
    """
    listed = read_list(source, column)
    if listed:
        return Task(_listed(listed, target), (), target, common_folder(listed))
    as_file = _is_file_name(source, target)
    if source.is_file():
        return Task((_alone(source, target if as_file else target / source.name),), (),
                    None if as_file else target, source)  # fmt: skip
    if not source.is_dir():
        raise ValueError(f"no such file or folder: {printable(source)}")
    _check_apart(source, target, in_place=in_place)
    if target.exists() and not target.is_dir():
        raise ValueError(
            f"the source is a folder, so the target must be one; {printable(target)} is a file"
        )
    if not target.exists() and target.suffix.lower() in SUFFIXES | VIDEOS:
        raise ValueError(
            f"the source is a folder, so the target becomes one; {printable(target)} reads like a "
            "file: name it without its ending"
        )
    found = list_photos(source, in_place=in_place)
    if not found.photos:
        raise ValueError(_nothing(source, found.skipped))
    pairs = (Pair(source / p, target / p, encodable(p.as_posix())) for p in found.photos)
    return Task(tuple(pairs), found.skipped, target, source)


def check_targets(task: Task, place: Path, *, replace: bool, records: Sequence[Path]) -> None:
    """See that what the photos become can be written.

    Args:
        task: what is to be done.
        place: the target.
        replace: whether files that are there may be replaced.
        records: further files that will be written.

    Raises:
        ValueError: a target exists, a link leads out of it, or two names are one there.
        OSError: the target cannot be written.
    """
    goals = [pair.target for pair in task.pairs]
    if task.folder is not None:
        _check_links(task.folder, goals)
    if not replace:
        _check_free([*goals, *records])
    folder = place if task.folder is not None else place.parent
    try:
        check_writable(folder)
    except OSError as error:
        why = error.strerror or error
        raise type(error)(f"{printable(folder)} cannot be written: {why}") from error
    _check_case(goals, folder)


def strangers(task: Task) -> tuple[str, ...]:
    """Return the files in the target that this run does not write, sorted."""
    folder = task.folder
    if folder is None or not folder.is_dir():
        return ()
    goals = {pair.target for pair in task.pairs} | {pair.source for pair in task.pairs}
    files = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    others = (f for f in files if f not in goals and not is_ours(f.relative_to(folder)))
    return tuple(sorted(encodable(f.relative_to(folder).as_posix()) for f in others))


def _listed(files: tuple[Path, ...], target: Path) -> tuple[Pair, ...]:
    """Return what the photos of a list become: below the target, as below their common folder."""
    root, place = common_folder(files), target.resolve()
    for file in files:
        if file.resolve().is_relative_to(place):
            raise ValueError(
                f"source and target must not lie inside each other, got {printable(file)} and "
                f"{printable(target)}; choose a target beside the photos"
            )
    below = [file.relative_to(root) for file in files]
    return tuple(
        Pair(file, target / part, encodable(part.as_posix()))
        for file, part in zip(files, below, strict=True)
    )


def _alone(source: Path, goal: Path) -> Pair:
    if goal.exists() and goal.samefile(source):
        raise ValueError(
            f"the target {printable(goal)} is the source itself; choose another place"
        )
    is_video = source.suffix.lower() in VIDEOS
    known = sorted(VIDEOS) if is_video else list(FORMATS)
    if goal.suffix.lower() not in known:
        what, endings = "video" if is_video else "picture", ", ".join(known)
        raise ValueError(f"a {what} file ends with one of {endings}, got {printable(goal.name)}")
    return Pair(source, goal, encodable(source.name))


def _check_apart(source: Path, target: Path, *, in_place: bool) -> None:
    inside, outside = source.resolve(), target.resolve()
    if in_place and outside != inside:
        raise ValueError(
            f"in place means that target and source are one folder, got {printable(source)} and "
            f"{printable(target)}"
        )
    if in_place:
        return
    if outside == inside or inside in outside.parents or outside in inside.parents:
        same = "; to replace the photos themselves: --in-place" if outside == inside else ""
        raise ValueError(
            f"source and target must not lie inside each other, got {printable(source)} and "
            f"{printable(target)}; choose a target beside the source{same}"
        )


def _nothing(source: Path, skipped: Sequence[Skipped]) -> str:
    lost = [one for one in skipped if one.lost or "not followed" in one.reason]
    why = f"; {printable(lost[0].path)}: {lost[0].reason}" if lost else ""
    return f"no pictures in {printable(source)}, only {len(skipped)} other files{why}"


def _is_file_name(source: Path, target: Path) -> bool:
    ending = target.suffix.lower()
    return source.is_file() and not target.is_dir() and ending in SUFFIXES | VIDEOS


def _check_free(targets: Iterable[Path]) -> None:
    taken = [target for target in targets if target.exists() or target.is_symlink()]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise ValueError(
            f"{printable(taken[0])}{more} exists already; choose another target, go on with a "
            "run that was broken off with --resume (resume=True), "
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


def _check_case(goals: Sequence[Path], folder: Path) -> None:
    """Refuse two names that are one where capitals do not count: one photo would be lost."""
    known: dict[str, Path] = {}
    for goal in goals:
        other = known.setdefault(unicodedata.normalize("NFC", str(goal)).casefold(), goal)
        if other != goal and _ignores_case(folder):
            raise ValueError(
                f"{printable(other)} and {printable(goal)} would be one file there; rename one, "
                "or let --rename (rename=True) give names"
            )


def _ignores_case(folder: Path) -> bool:
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    with tempfile.NamedTemporaryFile(prefix=".unmask-case-", dir=there) as file:
        return Path(file.name).with_name(Path(file.name).name.swapcase()).exists()
