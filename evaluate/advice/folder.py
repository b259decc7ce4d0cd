"""What a folder holds: its photos, whether people have sub-folders, and exact copies."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from unmask.defenses.files.hashes import sha256_of
from unmask.defenses.files.pictures import SUFFIXES

from ..data.noting import LEAST_ATTACKED

LEAST_PEOPLE, LEAST_PHOTOS = 3, 2
FEWEST = 2 * LEAST_ATTACKED  # people in a folder that is measured: half of them are attacked


@dataclass(frozen=True)
class Held:
    """The photos below a folder.

    Args:
        root: the folder.
        files: paths below it, sorted; hidden ones and links to folders are left out.
        people: photos in each sub-folder, by its name; those with several photos.
        copies: files that are byte for byte another one.
    """

    root: Path
    files: tuple[Path, ...]
    people: dict[str, int]
    copies: int

    @property
    def labelled(self) -> bool:
        """Whether its sub-folders may be people: there are some with several photos each."""
        return len(self.people) >= LEAST_PEOPLE

    @property
    def measurable(self) -> bool:
        """Whether there are enough people to be attacked."""
        return len(self.people) >= FEWEST


def look_into(root: Path) -> Held:
    """List the photos below a folder.

    Raises:
        ValueError: it is no folder, or holds no photos.
    """
    if not root.is_dir():
        raise ValueError(f"advice needs a folder of photos, got {root}; is the name right?")
    files = []
    for top, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [Path(top, name).relative_to(root) for name in names if _is_photo(name)]
    if not files:
        raise ValueError(f"{root} holds no photos (JPEG, PNG, ...)")
    files.sort()
    each = Counter(file.parts[0] for file in files if len(file.parts) > 1)
    people = {name: count for name, count in each.items() if count >= LEAST_PHOTOS}
    return Held(root, tuple(files), people, _copies(root, files))


def _is_photo(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def _copies(root: Path, files: Sequence[Path]) -> int:
    """Count the files of which another one has every byte; only equal sizes are read."""
    sizes: dict[int, list[Path]] = {}
    for file in files:
        sizes.setdefault((root / file).stat().st_size, []).append(file)
    same = (Counter(sha256_of(root / file) for file in alike)
            for alike in sizes.values() if len(alike) > 1)  # fmt: skip
    return sum(count - 1 for counts in same for count in counts.values())
