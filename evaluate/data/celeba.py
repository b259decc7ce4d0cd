"""CelebA: many people, one folder of pictures, and a list that says who is on which."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from .base import Bad, Dataset, existing

LIST = "identity_CelebA.txt"
FOLDERS = ("img_align_celeba", "img_celeba", "img_align_celeba_png")
_NESTED = ("", "Img", "img")


@dataclass(frozen=True)
class Celeba(Dataset):
    """CelebA, 10,177 people, 202,599 photos, 178x218 where they are aligned, colour.

    `celeba:PATH` reads a copy of yours: the pictures in one folder (`img_align_celeba`,
    `img_celeba`), and `identity_CelebA.txt` beside them, one folder higher, or in `Anno`. PATH is
    the folder of the pictures or one above it. The official parts (`list_eval_partition.txt`)
    share no people, but they are not our three parts, and are not read. Copies that come
    without the list of identities, as some do, are of no use here.

    Reference:
        Z. Liu, P. Luo, X. Wang, X. Tang: Deep Learning Face Attributes in the Wild. ICCV 2015.
        For research that is not commercial.

    Example:
        `celeba:data/CelebA,people=1000,photos=10`.
    """

    name: ClassVar[str] = "celeba"

    def folder(self) -> Path:
        """Return the folder that holds the pictures themselves.

        Raises:
            LookupError: no path was given; nobody may fetch CelebA for others.
            ValueError: no such folder, or several that hold pictures.
        """
        if not self.path:
            raise LookupError(
                "CelebA must be got by hand from its authors; then give its place: celeba:PATH"
            )
        place = existing(self.path)
        found: list[Path] = []
        for nested in _NESTED:
            for name in FOLDERS:
                inner = place / nested / name
                if inner.is_dir() and not any(inner.samefile(other) for other in found):
                    found.append(inner)
        if len(found) > 1:
            here = " and ".join(str(one.relative_to(place)) for one in found)
            raise ValueError(f"{place} holds {here}; name one: celeba:{found[0]}")
        picked = found[0] if found else place
        twice = picked / picked.name  # as some archives unpack
        return twice if twice.is_dir() else picked

    def files(self, root: Path) -> tuple[dict[str, list[str]], list[Bad]]:
        """Return the files of each person, as the list of identities says.

        Raises:
            ValueError: there is no list, or it is damaged.
        """
        pictures = (PurePosixPath(name) for name in os.listdir(root) if not name.startswith("."))
        there = {one.stem: one.name for one in pictures if one.suffix.lower() in self.suffixes}
        files: dict[str, list[str]] = defaultdict(list)
        bad: list[Bad] = []
        listed = read_identities(_list_of(root))
        for name, person in listed.items():
            stem = PurePosixPath(name).stem
            if stem in there:  # some copies are PNG, and the list says .jpg
                files[person].append(there.pop(stem))
            else:
                bad.append(Bad(name, f"listed in {LIST}, but there is no such file"))
        bad += [Bad(name, f"{LIST} does not say who it is") for name in there.values()]
        if not files:
            raise ValueError(
                f"none of the {len(listed)} pictures that {LIST} lists is in {root}; "
                "give the folder that holds them: celeba:PATH"
            )
        return dict(files), bad


def read_identities(path: Path) -> dict[str, str]:
    """Return the person on each picture: lines such as `000001.jpg 2880`.

    Raises:
        ValueError: it cannot be read, a line is no such line, or a picture is listed twice.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {path}: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        if len(words) != 2 or "/" in words[0] or not words[1].isdecimal():
            raise ValueError(
                f"{path}, line {number} must be a file and the number of a person "
                f"('000001.jpg 2880'), got '{line[:60]}'"
            )
        if words[0] in found:
            raise ValueError(f"{path}, line {number}: {words[0]} is listed twice")
        found[words[0]] = words[1]
    return found


def _list_of(root: Path) -> Path:
    for above in (root, *list(root.resolve().parents)[:3]):
        for place in (above / LIST, above / "Anno" / LIST):
            if place.is_file():
                return place
    raise ValueError(
        f"{LIST} is neither in {root} nor in three folders above it, nor in an Anno there; "
        "without it nobody knows who is who"
    )
