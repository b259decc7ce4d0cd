"""A look at a few photos of a folder: what are they like?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.pictures import read_picture
from unmask.defenses.photo import Pixels

from .table import Kind

MOST = 60
"""Photos that are looked at: a share of them is known to about 0.13 at 95 %, for a few seconds."""
CLOSE, FAR = 0.45, 0.2  # face over the shorter side: from here a close crop, below here a scene
_COLOUR = 4.0  # grey levels by which channels differ where a photo has colour

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Looked:
    """What some photos are like.

    Args:
        photos: how many were read.
        unreadable: how many could not be.
        size: median width and height.
        with_face: share of photos with a face.
        several: share of photos with several faces.
        kind: size of the main face and colour; None without any face.
        shown: three photos with a face, a small, a middling and a large one.
    """

    photos: int
    unreadable: int
    size: tuple[int, int]
    with_face: float
    several: float
    kind: Kind | None
    shown: tuple[Path, ...] = ()

    @property
    def framing(self) -> str:
        """What the photos show, in a word."""
        if self.kind is None:
            return "no faces"
        share = self.kind.face_share
        return "close crops" if share >= CLOSE else "portraits" if share >= FAR else "scenes"


def sample(files: Sequence[Path], *, seed: int = 0, most: int = MOST) -> list[Path]:
    """Return some of the files, by lot; the same ones for the same seed."""
    if len(files) <= most:
        return list(files)
    lot = np.random.default_rng(seed).choice(len(files), most, replace=False)
    return [files[i] for i in sorted(lot)]


def look_at(root: Path, files: Sequence[Path], progress: Progress | None = None) -> Looked:
    """Look at photos.

    Args:
        root: the folder.
        files: paths below it.
        progress: called with a label, the number done and the number to do.

    Raises:
        ValueError: none of them can be read.
    """
    seen: list[_Seen] = []
    reason = ""
    for number, file in enumerate(files, 1):
        try:
            seen.append(_look(root, file))
        except ValueError as error:
            reason = reason or str(error)
        if progress:
            progress("looking at photos", number, len(files))
    if not seen:
        raise ValueError(f"none of the {len(files)} photos looked at can be read: {reason}")
    faces = sorted((one for one in seen if one.faces), key=lambda one: (one.main, one.file))
    kind = Kind(
        _median([one.main for one in faces]),
        _median([one.main / min(one.width, one.height) for one in faces]),
        round(float(np.mean([one.grey for one in seen])), 3),
    ) if faces else None  # fmt: skip
    places = (
        sorted({round(share * (len(faces) - 1)) for share in (0.1, 0.5, 0.9)}) if faces else []
    )
    return Looked(
        len(seen),
        len(files) - len(seen),
        (
            round(_median([one.width for one in seen])),
            round(_median([one.height for one in seen])),
        ),
        len(faces) / len(seen),
        sum(one.faces > 1 for one in seen) / len(seen),
        kind,
        tuple(faces[place].file for place in places),
    )


class _Seen(NamedTuple):
    """One photo: its size, number of faces, width of the main one, and whether it is grey."""

    file: Path
    width: int
    height: int
    faces: int
    main: float
    grey: bool


def _look(root: Path, file: Path) -> _Seen:
    pixels = read_picture(root / file)[0]
    height, width = pixels.shape[:2]
    faces = find_faces(pixels, landmarks=False)
    main = faces[0].width if faces else 0.0
    return _Seen(file, width, height, len(faces), main, is_grey(pixels))


def is_grey(pixels: Pixels) -> bool:
    """Return whether a photo is without colour, or as good as."""
    levels = pixels[::4, ::4].astype(np.int16)
    return float(np.ptp(levels, axis=2).mean()) < _COLOUR


def _median(values: Sequence[float]) -> float:
    return round(float(np.median(values)), 3)
