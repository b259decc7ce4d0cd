"""Photos that somebody else's program anonymized, as a defense."""

from __future__ import annotations

import copy
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import ClassVar, Self

import numpy as np

from .base import Defended, Defense
from .files.pictures import SUFFIXES, read_picture
from .photo import Photo, Pixels
from .returned import fitted


@dataclass(frozen=True)
class Folder(Defense):
    """Take each photo from a folder in which another program left its result.

    A photo is looked up by its key: the path below the data folder, with the same ending or
    another one. Where keys are opaque, `knowing` says which path each stands for. A photo that is
    missing, cannot be read or has another shape keeps its original pixels and is `failed`, so it
    counts as leaked and never leaves the comparison. A picture of another size but the same
    shape is resized, and `reason` says so; if it shows only a part of the photo, cropped to the
    face, it is `failed` like one of another shape: attackers who look for the face
    where it was would see too little, and their figure be too low (see `is_cropped`).

    Everything may have changed, so `region` is the whole image. Of one folder there is one picture
    for each photo: where an attacker would run the defense again with another seed, it
    gets that same picture. An attacker who owns the other program can draw more of them to
    learn from, so for a random one the figures are what a single release leaks, and may be too low
    against such an attacker. Then let the program run several times, and name all folders,
    `DIR1+DIR2+...`: the first is the release, the others are what the attacker drew, of which
    `drawn` gives one. The picture is found by the key, whatever the pixels are: who
    defends a changed photo (a guess) learns nothing here, and who wants a changed copy to learn
    from has to change the picture, after the look-up.

    Args:
        path: the folder, or several joined by `+`; photos of the background people must be in it
            too.
        label: what the program is called, for the table.
        stamp: made from names, sizes and times of the files; given, it must still fit, so that
            results of an earlier run never stand for other pictures.

    Raises:
        ValueError: no folder, no pictures in it, it has changed, or several that do not hold
            pictures of the same photos.

    Example:
        >>> Folder("no-such-folder")
        Traceback (most recent call last):
        ValueError: path must be a folder of anonymized photos, got 'no-such-folder'; a slip?
    """

    path: str
    label: str = ""
    stamp: str = ""
    region: str = field(default="image", kw_only=True)
    _names: Mapping[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _twins: frozenset[PurePath] = field(
        default=frozenset(), init=False, repr=False, compare=False
    )  # paths without ending that are not those of one photo alone
    _turn: int = field(default=0, init=False, repr=False, compare=False)
    foreign: ClassVar = True
    needs_face: ClassVar = False
    protects: ClassVar = False  # whatever lies there
    diagnostic: ClassVar = True  # means nothing without a path

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "path", str(self.path))
        if self.region != "image":
            raise ValueError(
                f"region must be image for a folder, got '{self.region}'; leave it out"
            )
        stamp = _stamp(_folders(self.path))
        if self.stamp and str(self.stamp) != stamp:
            raise ValueError(f"pictures in {self.path} have changed since; start the run anew")
        object.__setattr__(self, "stamp", stamp)

    @property
    def further(self) -> int:
        """How many folders there are beside that of the release."""
        return len(_places(self.path)) - 1

    @property
    def folders(self) -> list[Path]:
        """The folders, that of the release first."""
        return _places(self.path)

    def drawn(self, draw: int) -> Self:
        """Return a copy that looks into another folder.

        Args:
            draw: 0: that of the release; else one of the others, where there are any.
        """
        other = copy.copy(self)
        turn = 1 + (draw - 1) % self.further if draw and self.further else 0
        object.__setattr__(other, "_turn", turn)
        return other

    def knowing(self, names: Mapping[str, str]) -> Self:
        """Return a copy that knows which photo each opaque key stands for.

        Args:
            names: key to path below the data folder. A key that is not there is taken as the
                path itself.
        """
        wise = copy.copy(self)
        stems = Counter(PurePath(name).with_suffix("") for name in set(names.values()))
        twins = frozenset(stem for stem, photos in stems.items() if photos > 1)
        object.__setattr__(wise, "_names", dict(names))
        object.__setattr__(wise, "_twins", twins)
        return wise

    def found(self, keys: Iterable[str]) -> int:
        """Return how many of these photos the folder holds, without opening any."""
        return sum(self._holds(key) for key in keys)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the other program's picture in the size of the photo."""
        return self._picture(photo)[0]

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Look photos up; the seed changes nothing."""
        return [self._one(photo) for photo in photos]

    def _one(self, photo: Photo) -> Defended:
        mask = np.ones(photo.pixels.shape[:2], np.float32)
        try:
            pixels, reason = self._picture(photo)
        except ValueError as error:
            return Defended(photo, "failed", mask, str(error))
        same = np.array_equal(pixels, photo.pixels)
        return Defended(
            photo.with_pixels(pixels), "unchanged" if same else "defended", mask, reason
        )

    def _picture(self, photo: Photo) -> tuple[Pixels, str]:
        file = self._file(photo.key)
        try:
            pixels = read_picture(file)[0]
        except ValueError as error:  # reasons are shown and counted: without names of people
            reason = str(error).removeprefix(str(file)).strip()
            raise ValueError(f"the picture {reason}") from error
        return fitted(photo, pixels)

    def _holds(self, key: str) -> bool:
        try:
            return self._file(key).is_file()
        except ValueError:
            return False

    def _file(self, key: str) -> Path:
        key = self._names.get(key, key)
        folder = _places(self.path)[self._turn]
        place = folder / key
        if not place.resolve().is_relative_to(folder.resolve()) or not key:
            raise ValueError("the key of the photo leads out of the folder")
        if place.is_file():
            return place
        # only an ending of pictures may be another one: the stem of 'a.jpg#1' is another photo's
        alone = (
            place.suffix.lower() in SUFFIXES and PurePath(key).with_suffix("") not in self._twins
        )
        others = [
            file
            for file in (sorted(place.parent.iterdir()) if alone and place.parent.is_dir() else [])
            if file.stem == place.stem and file.suffix.lower() in SUFFIXES
        ]
        if len(others) != 1:
            what = "several pictures" if others else "no picture"
            raise ValueError(f"the folder holds {what} of that name")
        return others[0]


def _places(path: str) -> list[Path]:
    """Return the folders that a path names; one whose name has a `+` is one."""
    if Path(path).is_dir() or "+" not in path:
        return [Path(path)]
    return [Path(part) for part in path.split("+")]


def _folders(path: str) -> list[Path]:
    """Return the folders that a path names, if all are there, each once.

    Raises:
        ValueError: they are not.
    """
    folders = _places(path)
    for folder in folders:
        if not str(folder) or not folder.is_dir():
            raise ValueError(
                f"path must be a folder of anonymized photos, got '{folder}'; a slip?"
            )
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise ValueError(f"every folder must be another draw of the program, got {path}")
    return folders


def _stamp(folders: Sequence[Path]) -> str:
    """Return a text that changes with names, sizes and times of the pictures.

    Raises:
        ValueError: a folder holds none, or not those of the photos of the first.
    """
    marks, first = [], set[str]()
    for folder in folders:
        files = [f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file()]
        if not files:
            raise ValueError(f"path must be a folder of anonymized photos, {folder} holds none")
        stems = {file.relative_to(folder).with_suffix("").as_posix() for file in files}
        first = first or stems
        if lost := sorted(first ^ stems):
            lacking, other = (folder, folders[0]) if lost[0] in first else (folders[0], folder)
            more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
            raise ValueError(
                f"all draws must hold pictures of the same photos, but {lacking} lacks "
                f"'{lost[0]}'{more}, which is in {other}; did the program stop early?"
            )
        whole = hashlib.sha256()
        for file in sorted(files):
            facts = file.stat()
            place = file.relative_to(folder).as_posix()
            whole.update(f"{place}\x1f{facts.st_size}\x1f{facts.st_mtime_ns}\n".encode())
        marks.append(whole.hexdigest()[:12])
    if len(marks) == 1:
        return f"x{marks[0]}"
    return f"x{hashlib.sha256(' '.join(marks).encode()).hexdigest()[:12]}"
