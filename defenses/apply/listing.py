"""Which files of a folder are photos or videos, and why the others are none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from ..files.pictures import SUFFIXES
from ..files.printable import encodable
from .records import is_ours
from .video import VIDEOS, unreadable


class Skipped(NamedTuple):
    """A file or folder that is left out.

    Args:
        path: path below the source, with forward slashes; that of a folder ends with one.
        reason: why.
        lost: whether there may be photos that should not have been left out.
    """

    path: str
    reason: str
    lost: bool = False


class Listing(NamedTuple):
    """What a folder holds.

    Args:
        photos: paths below the folder, sorted; of videos, too.
        skipped: everything else, sorted.
    """

    photos: tuple[Path, ...]
    skipped: tuple[Skipped, ...]


def list_photos(source: Path, *, in_place: bool = False) -> Listing:
    """List the photos below a folder.

    Links to folders, and links to files outside the folder, are not followed: what lies
    there was not handed over.

    Args:
        source: the folder.
        in_place: what a run left in it is ours, and nothing that was skipped.
    """
    photos: list[Path] = []
    skipped: list[Skipped] = []
    root = source.resolve()

    def unreadable(error: OSError) -> None:
        place = Path(error.filename).relative_to(source).as_posix()
        why = f"folder that cannot be read: {error.strerror or error}"
        skipped.append(Skipped(f"{encodable(place)}/", why, lost=True))

    for top, folders, names in os.walk(source, onerror=unreadable):
        for place in (Path(top, name) for name in folders):
            if place.is_symlink():
                below = encodable(place.relative_to(source).as_posix())
                skipped.append(Skipped(f"{below}/", "link to a folder, not followed"))
        for file in (Path(top, name) for name in names):
            inside = file.relative_to(source)
            if in_place and is_ours(inside):
                continue
            if why := _why_not(file, inside, root):
                skipped.append(Skipped(encodable(inside.as_posix()), why))
            else:
                photos.append(inside)
    return Listing(tuple(sorted(photos)), tuple(sorted(skipped)))


def _why_not(file: Path, below: Path, root: Path) -> str:
    if any(part.startswith(".") for part in below.parts):  # also left by broken-off runs
        return "hidden"
    if file.suffix.lower() in VIDEOS:
        if missing := unreadable():
            return missing
    elif file.suffix.lower() not in SUFFIXES:
        return "no picture"
    if file.is_symlink() and not file.resolve().is_relative_to(root):
        return "link that leaves the source, not followed"
    return ""
