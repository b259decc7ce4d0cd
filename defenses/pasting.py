"""Writing what was made of a cut-out back into its photo, at the cost of the region alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .faces.regions import Place, Region
from .photo import Pixels


def add(mask: NDArray[np.float32], region: Region) -> None:
    """Add a region to the mask of its photo, `(H, W)`."""
    there = mask[region.place]
    np.maximum(there, region.mask, out=there)


def paste(photo: Pixels, new: Pixels, region: Region, place: Place) -> None:
    """Write a cut-out, which lies at `place` of the photo, into the region of the photo."""
    both = _shared(region.place, place)
    old, share = photo[both], region.mask[_inside(both, region.place)]
    new = new[_inside(both, place)]
    soft = (share > 0) & (share < 1)
    part = share[soft][:, None]
    blended = np.rint(old[soft] * (1 - part) + new[soft] * part)
    np.copyto(old, new, where=share[..., None] >= 1)
    old[soft] = blended.astype(np.uint8)


def _shared(one: Place, other: Place) -> Place:
    """Return what two places share; the cut-out holds the region, unless that is empty."""
    rows, columns = (
        slice(start := max(a.start, b.start), max(start, min(a.stop, b.stop)))
        for a, b in zip(one, other, strict=True)
    )
    return rows, columns


def _inside(place: Place, whole: Place) -> Place:
    """Return a place of the photo as one of a part of the photo."""
    rows, columns = (
        slice(a.start - b.start, a.stop - b.start) for a, b in zip(place, whole, strict=True)
    )
    return rows, columns
