"""What a defense may change, as everybody knows it from its parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defense, Face, Photo
from unmask.defenses.faces.regions import region_mask


class Region(NamedTuple):
    """A region of faces, drawn by us and never by the defense: it might leave out what it paints.

    Args:
        kind: `ellipse`, `box`, ...; never `image`, which leaves nothing outside.
        margin: widening on each side, share of the face width.
        feather: width of the soft border outside, share of the face width.
    """

    kind: str
    margin: float
    feather: float

    def all(self, photo: Photo) -> NDArray[np.float32]:
        """Return `(H, W)`: above 0 in the region of any face; all 0 without one."""
        return self.drawn(photo.shape[:2], photo.faces or ())

    def drawn(self, size: tuple[int, int], faces: Iterable[Face]) -> NDArray[np.float32]:
        """Return the same for some faces on a photo of some height and width."""
        masks = [
            region_mask(size, face, self.kind, margin=self.margin, feather=self.feather)
            for face in faces
        ]  # fmt: skip
        return np.asarray(np.maximum.reduce([np.zeros(size, np.float32), *masks]))

    @property
    def words(self) -> str:
        """The region as people read it."""
        soft = f", feather {self.feather:g}" if self.feather else ""
        return f"{self.kind}, margin {self.margin:g}{soft}"


NEAR = 16  # grey levels between a photo and one that looks like it
USUAL = Region("ellipse", 0.1, 0.0)
"""Taken for another program, of which nobody knows where it changes photos."""


def region_of(defense: Defense) -> Region | None:
    """Return the region of a defense; None if it may change the whole photo."""
    if defense.foreign:
        return USUAL
    if defense.region == "image":
        return None
    return Region(defense.region, defense.margin, defense.feather)


def digest_of(region: Region, photos: Iterable[Photo]) -> str:
    """Return 16 hexadecimal digits over where a region lies on each photo."""
    whole = hashlib.sha256()
    for photo in photos:
        inside = region.all(photo) > 0
        whole.update(f"{inside.shape} {photo.key}\n".encode() + np.packbits(inside).tobytes())
    return whole.hexdigest()[:16]


def wide(region: Region | None, photos: Sequence[Photo]) -> bool:
    """Return whether a region takes much of what is around the usual one, or is much larger.

    That is a quarter of the surroundings, on close crops, or half of the usual region.

    Args:
        region: None is the whole photo.
        photos: whose faces are asked.
    """
    if region is None:
        return True
    more = usual = around = 0
    for photo in photos:
        mine, face = region.all(photo) > 0, USUAL.all(photo) > 0
        more += int(np.count_nonzero(mine & ~face))
        usual += int(np.count_nonzero(face))
        around += int(np.count_nonzero(~face))
    return more > min(usual / 2, around / 4)


def alike_around(region: Region, clean: Sequence[Photo], defended: Sequence[Photo]) -> bool:
    """Return whether what is around a region is about as it was: half of it by 16 grey levels."""
    changes = [
        np.abs(a.pixels.astype(np.int16) - b.pixels)[region.all(a) == 0]
        for a, b in zip(clean, defended, strict=True)
        if a.shape == b.shape
    ]
    found = [float(np.median(some)) for some in changes if some.size]
    return bool(found) and float(np.median(found)) <= NEAR


def stray(region: Region, clean: Photo, defended: Photo) -> bool:
    """Return whether a defense changed a photo outside of its region."""
    changed = (clean.pixels != defended.pixels).any(2)
    return bool((changed & (region.all(clean) == 0)).any())
