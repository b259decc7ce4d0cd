"""Photos that somebody else's program anonymized, as a defense."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from .base import Defended, Defense
from .files.pictures import SUFFIXES, read_picture
from .photo import Photo, Pixels

_ASPECT = 0.01  # relative difference of aspect that rounding explains


@dataclass(frozen=True)
class Folder(Defense):
    """Take each photo from a folder in which another program left its result.

    A photo is looked up by its key: the path below the data folder, with the same ending or
    another one. A photo that is missing, cannot be read or has another shape keeps its
    original pixels and is `failed`, so it counts as leaked and never leaves the comparison. A
    picture of another size but the same shape is resized, and `reason` says so.

    Everything may have changed, so `region` is the whole image. There is one picture for each
    photo: where an attacker would run the defense again with another seed, it
    gets that same picture. An attacker who owns the other program can draw more of them to
    learn from, so for a random one the figures are what a single release leaks, and may be too low
    against such an attacker. One that defends a changed photo (a guess) learns nothing here.

    Args:
        path: the folder; photos of the background people must be in it too.
        label: what the program is called, for the table.
        stamp: made from names, sizes and times of the files; given, it must still fit, so that
            results of an earlier run never stand for other pictures.

    Raises:
        ValueError: no folder, no pictures in it, or it has changed.

    Example:
        >>> Folder("no-such-folder")
        Traceback (most recent call last):
        ValueError: path must be a folder of anonymized photos, got 'no-such-folder'; a slip?
    """

    path: str
    label: str = ""
    stamp: str = ""
    region: str = field(default="image", kw_only=True)
    needs_face: ClassVar = False
    diagnostic: ClassVar = True  # means nothing without a path

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "path", str(self.path))
        if self.region != "image":
            raise ValueError(
                f"region must be image for a folder, got '{self.region}'; leave it out"
            )
        if not Path(self.path).is_dir():
            raise ValueError(
                f"path must be a folder of anonymized photos, got '{self.path}'; a slip?"
            )
        stamp = _stamp(Path(self.path))
        if self.stamp and str(self.stamp) != stamp:
            raise ValueError(f"pictures in {self.path} have changed since; start the run anew")
        object.__setattr__(self, "stamp", stamp)

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
        (h, w), (high, wide) = photo.pixels.shape[:2], pixels.shape[:2]
        if (h, w) == (high, wide):
            return pixels, ""
        sizes = f"{wide}x{high}, the photo {w}x{h}"
        slack = _ASPECT + 1 / min(h, w, high, wide)  # a side may be off by one pixel
        if abs(wide * h / (high * w) - 1) > slack:
            raise ValueError(f"the picture is {sizes}: was it cropped?")
        way = cv2.INTER_AREA if wide > w else cv2.INTER_CUBIC
        resized = cv2.resize(pixels, (w, h), interpolation=way)
        return np.asarray(resized, np.uint8), f"resized: it was {sizes}"

    def _file(self, key: str) -> Path:
        place = Path(self.path) / key
        if not place.resolve().is_relative_to(Path(self.path).resolve()) or not key:
            raise ValueError("the key of the photo leads out of the folder")
        if place.is_file():
            return place
        others = [
            file
            for file in (sorted(place.parent.iterdir()) if place.parent.is_dir() else [])
            if file.stem == place.stem and file.suffix.lower() in SUFFIXES
        ]
        if len(others) != 1:
            what = "several pictures" if others else "no picture"
            raise ValueError(f"the folder holds {what} of that name")
        return others[0]


def _stamp(folder: Path) -> str:
    files = sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
    if not files:
        raise ValueError(f"path must be a folder of anonymized photos, {folder} holds none")
    whole = hashlib.sha256()
    for file in files:
        facts = file.stat()
        place = file.relative_to(folder).as_posix()
        whole.update(f"{place}\x1f{facts.st_size}\x1f{facts.st_mtime_ns}\n".encode())
    return f"x{whole.hexdigest()[:12]}"
