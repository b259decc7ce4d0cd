"""The base of all data sets: one folder per person, and a stable choice among them."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from unmask.defenses import Photo
from unmask.defenses.files.pictures import SUFFIXES, decode_picture
from unmask.defenses.photo import Pixels

from .shelf import Shelf, laid

_PARTS = frozenset({"train", "test", "val", "valid", "validation", "dev", "images"})


@dataclass(frozen=True)
class Bad:
    """A file or folder that was left out, and why.

    Args:
        path: place below the data folder.
        reason: one line.
    """

    path: str
    reason: str


@dataclass(frozen=True, eq=False)
class Loaded:
    """Photos of a data set, ready to be split.

    Args:
        name: label for records: the data set and its bounds, without the place on this machine.
        photos: sorted by key (`identity/file.jpg`); faces are not looked for yet.
        bad: what could not be read; the rest is in `photos`.
    """

    name: str
    photos: tuple[Photo, ...]
    bad: tuple[Bad, ...] = ()

    def __repr__(self) -> str:
        people = len({photo.identity for photo in self.photos})
        return f"Loaded({self.name!r}, {len(self.photos)} photos of {people} people)"


@dataclass(frozen=True)
class Dataset(ABC):
    """Photos in one sub-folder per person.

    Which people and photos are taken depends on their names and on nothing else, so a
    smaller choice is always part of a larger one. Files whose ending is not that of a
    picture, and names that start with a dot, are not looked at.

    Args:
        path: the folder; where a data set knows its own place, this may be empty.
        people: take so many people, those with two or more photos first; 0 takes all.
        photos: take so many photos of each person, and only people who have that many;
            0 takes all.
        pairs: a list of pairs of photos (`pairs.txt` of LFW, or paths and 1 or 0); what is told
            about them is measured as well. Bounds do not concern them.
    """

    path: str = ""
    people: int = 0
    photos: int = 0
    pairs: str = ""

    name: ClassVar[str]
    suffixes: ClassVar[frozenset[str]] = SUFFIXES  # endings, in lower case, of its pictures

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not isinstance(self.path, str | os.PathLike):
            raise TypeError(f"path must be a text, got {self.path!r}")
        if not isinstance(self.pairs, str | os.PathLike):
            raise TypeError(f"pairs must be a file, got {self.pairs!r}")
        for field, value in (("people", self.people), ("photos", self.photos)):
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{field} must be a whole number, got {value!r}")
            if value < 0:
                raise ValueError(f"{field} must be 0 (all) or more, got {value}")

    @abstractmethod
    def folder(self) -> Path:
        """Return the folder that holds one sub-folder per person.

        Raises:
            LookupError: the data are not on this machine.
            ValueError: `path` is no folder.
        """

    def files(self, root: Path) -> tuple[dict[str, list[str]], list[Bad]]:
        """Return whose pictures there are: paths below the folder, by person; and what is bad.

        A data set that is not sorted into sub-folders says here who is on which file.

        Args:
            root: what `folder` returned.

        Raises:
            ValueError: there is nothing of use.
        """
        return _people(root, self.suffixes)

    def content(self, root: Path, key: str) -> bytes:
        """Return the picture of a key as it is stored, encoded: the file of that name.

        A data set whose pictures are no files says here where each lies.

        Args:
            root: what `folder` returned.
            key: one of those that `files` returned.

        Raises:
            ValueError: it cannot be read. One line, without the folder.
        """
        try:
            return (root / key).read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror or error}") from error

    def read(self, root: Path, key: str) -> Pixels:
        """Return the pixels of a key, `(H, W, 3)`, uint8, RGB, upright.

        Raises:
            ValueError: it cannot be read, or not decoded. One line, without the folder.
        """
        return decode_picture(self.content(root, key), key)[0]

    @property
    def label(self) -> str:
        """Name and bounds as they stand in records: `lfw,people=100,photos=10`."""
        bounds = {"people": self.people, "photos": self.photos}
        return ",".join([self._title, *(f"{k}={v}" for k, v in bounds.items() if v)])

    @property
    def _title(self) -> str:
        return self.name

    def load(self, shelf: Shelf | None = None) -> Loaded:
        """Read the photos; a file that cannot be read is listed and the rest goes on.

        Args:
            shelf: where pixels are laid as soon as they are read; None: they stay in memory.

        Raises:
            LookupError: the data are not on this machine.
            ValueError: no such folder, no sub-folders, or fewer people or photos than asked.
        """
        root = self.folder()
        files, bad = self.files(root)
        least = max(self.photos, 1)
        enough = [name for name in files if len(files[name]) >= least]
        taken: dict[str, list[Photo]] = {}
        spare: dict[str, list[Photo]] = {}
        ranked = _ranked(enough)
        # one photo cannot be both known and asked for
        useful = max(least, 2) if self.people and self.photos != 1 else least
        ranked.sort(key=lambda name: len(files[name]) < useful)
        for name in ranked:
            found, unreadable = self._read(root, name, files[name], shelf)
            bad += unreadable
            if len(found) >= least:
                (taken if len(found) >= useful else spare)[name] = found
            if len(taken) == self.people > 0:
                break
        wanted = max(self.people - len(taken), 0)
        taken |= dict(list(spare.items())[:wanted])
        if len(taken) < max(self.people, 1):
            raise ValueError(self._too_few(root, len(taken), len(files), bad))
        photos = sorted((p for found in taken.values() for p in found), key=lambda p: p.key)
        return Loaded(self.label, tuple(photos), tuple(sorted(bad, key=lambda b: b.path)))

    def load_keys(self, keys: Iterable[str], shelf: Shelf | None = None) -> Loaded:
        """Read the photos that somebody names, whatever the bounds.

        Args:
            keys: of photos; one that is not among the data, or cannot be read, is `bad`.
            shelf: where pixels are laid as soon as they are read; None: they stay in memory.

        Raises:
            LookupError: the data are not on this machine.
            ValueError: no such folder, or nothing of use in it.
        """
        root = self.folder()
        files, listed = self.files(root)
        owner = {key: name for name, mine in files.items() for key in mine}
        why = {entry.path: entry.reason for entry in listed}
        photos: list[Photo] = []
        bad: list[Bad] = []
        for key in sorted(set(keys)):
            try:
                if key not in owner:
                    raise ValueError(why.get(key, "there is no such photo"))
                photo = Photo(self.read(root, key), key, owner[key])
            except ValueError as error:
                bad.append(Bad(key, str(error).removeprefix(key).removeprefix(" ")))
                continue
            photos.append(laid(photo, shelf) if shelf else photo)
        return Loaded(self.label, tuple(photos), tuple(bad))

    def _read(
        self, root: Path, name: str, files: list[str], shelf: Shelf | None
    ) -> tuple[list[Photo], list[Bad]]:
        found: list[Photo] = []
        bad: list[Bad] = []
        for file in _ranked(files):
            try:
                pixels = self.read(root, file)
            except ValueError as error:
                bad.append(Bad(file, str(error).removeprefix(file).removeprefix(" ")))
                continue
            photo = Photo(pixels, file, name)
            found.append(laid(photo, shelf) if shelf else photo)
            if len(found) == self.photos:
                break
        return found, bad

    def _too_few(self, root: Path, have: int, people: int, bad: list[Bad]) -> str:
        wanted = f"{self.people} people" if self.people else "at least one person"
        each = f" with {self.photos} or more readable photos each" if self.photos else ""
        there = f"{have} such" if each else f"{have} with a readable photo"
        lost = f" ({len(bad)} files or folders cannot be read, first {bad[0].path})" if bad else ""
        return (
            f"{self.label} needs {wanted}{each}, "
            f"but {root} has {there} among {people} people{lost}; ask for fewer?"
        )


def existing(path: str) -> Path:
    """Return `path` as a folder that exists.

    Raises:
        ValueError: nothing is there, or no folder.
    """
    folder = Path(path).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        kind = {".csv": "table", ".parquet": "table", ".tar": "webdataset"}.get(
            folder.suffix.lower()
        )
        cure = f"; did you mean {kind}:{folder}?" if kind else ""
        raise ValueError(
            f"data must be a folder with one sub-folder per person, got file {folder}{cure}"
        )
    raise ValueError(f"no such folder: {folder}")


def _people(root: Path, suffixes: frozenset[str]) -> tuple[dict[str, list[str]], list[Bad]]:
    """List the picture files of every sub-folder as keys, `identity/file.jpg`."""
    entries = sorted(entry for entry in root.iterdir() if not entry.name.startswith("."))
    folders = [entry for entry in entries if entry.is_dir()]
    parts = [entry.name for entry in folders if entry.name.lower() in _PARTS and _nested(entry)]
    if parts:  # as VGGFace2 comes: all in one of them would be taken for one person
        raise ValueError(
            f"{root} must have one sub-folder per person, got {', '.join(parts)}, which "
            f"hold folders of people; take one of them: {root / parts[0]}"
        )
    if not folders:
        loose = sum(entry.suffix.lower() in suffixes for entry in entries)
        here = "nothing of use"
        if loose:
            here = (
                f"{loose} pictures directly in it; where nobody knows who is who, 'unmask advise' "
                "says which defense to use, and 'unmask verify' what is left in defended photos"
            )
        raise ValueError(f"{root} must have one sub-folder per person, got {here}")
    files = {folder.name: _pictures(root, folder, suffixes) for folder in folders}
    bad = [Bad(name, "no pictures in this folder") for name, found in files.items() if not found]
    return files, bad


def _nested(folder: Path) -> bool:
    """Whether a folder holds folders and no files."""
    return all(entry.is_dir() for entry in folder.iterdir() if not entry.name.startswith("."))


def _pictures(root: Path, folder: Path, suffixes: frozenset[str]) -> list[str]:
    keys = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                keys.append(Path(parent, name).relative_to(root).as_posix())
    return sorted(keys)


def _ranked(names: list[str]) -> list[str]:
    """Put names into an order that looks random but is the same everywhere."""
    return sorted(names, key=lambda name: hashlib.sha256(f"choose\x1f{name}".encode()).digest())
