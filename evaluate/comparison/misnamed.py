"""Do pictures of another program show the photos that they are named after?

A program that counts its results, or sorts names otherwise, mixes people up: then nobody can be
named, and what is a slip of names would pass for privacy.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from ..data.scene import Scene
from .defending import OwnCopies

SIDE = 16  # cells across a picture: its layout, which blur, noise and blocks leave
MOST = 200  # pictures that are looked at, of those to be named and of those to learn from
ALIKE, OTHERWISE = 0.9, 0.6  # correlation with a photo that a picture shows; with one it does not
FEW = 2  # pictures that clearly show somebody else

Halves = list[NDArray[np.float64]]


def slips(
    scene: Scene, defended: Sequence[Defended], copies: OwnCopies, wanted: Sequence[Photo]
) -> tuple[str, ...]:
    """Say where another program mixed people up, in the release or in what is learned from.

    Args:
        scene: the photos, with identities.
        defended: its probes.
        copies: of gallery and background.
        wanted: these, as attackers have them; empty where nobody has any.
    """
    if not copies.foreign:
        return ()
    known = (*scene.gallery, *scene.background)
    every = (*scene.probes, *known)
    told = (
        misnamed(scene.probes, [done.photo for done in defended], every),
        (misnamed(known, copies(wanted), every) if wanted else ""),
    )
    return tuple(dict.fromkeys(filter(None, told)))


def misnamed(clean: Sequence[Photo], shown: Sequence[Photo], among: Sequence[Photo]) -> str:
    """Return how many pictures show somebody else's photo; empty if that is no sign of a slip.

    The photo that is most like a picture is looked for in its left half, and by itself in the
    right one. Where both find the same, it is no chance: of pictures that have nothing to do with
    these people, it was so in 6 of 100. A slip is said where that is a photo of another person
    for more than half of the pictures, or for a few that are nearly that photo, and
    not at all their own. Averages of several people (`k_same`) are neither.

    Args:
        clean: photos, with identities.
        shown: what the program made of each.
        among: photos that it may have taken for them, with identities.
    """
    some = sorted({int(place) for place in np.linspace(0, len(clean) - 1, min(MOST, len(clean)))})
    if not some:
        return ""
    given, own = _halves([shown[i] for i in some]), _halves([clean[i] for i in some])
    known = _halves(among)
    likeness = [_unit(a, a) @ _unit(b, b).T for a, b in zip(given, known, strict=True)]
    mine = np.array([(_unit(a, a) * _unit(b, c)).sum(1)
                     for a, b, c in zip(given, own, known, strict=True)])  # fmt: skip
    first, second = (one.argmax(1) for one in likeness)
    best = np.array([one.max(1) for one in likeness])
    who = np.array([photo.identity for photo in among])
    other = (first == second) & (best.min(0) > 0)
    other &= who[first] != np.array([clean[i].identity for i in some])
    clearly = other & (best.min(0) >= ALIKE) & (mine.max(0) < OTHERWISE)
    count = int(other.sum())
    if count <= len(some) / 2 and int(clearly.sum()) < FEW:
        return ""
    count = count if count > len(some) / 2 else int(clearly.sum())
    return (
        f"{count} of {len(some)} pictures look like the photo of somebody else than that after "
        "which they are named: did the program keep the names?"
    )


def _halves(photos: Sequence[Photo]) -> Halves:
    """Return `(N, D)` for the left and the right half."""
    small = np.array([
        cv2.resize(photo.pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for photo in photos
    ], np.float64)  # fmt: skip
    return [half.reshape(len(photos), -1) for half in np.split(small, 2, axis=2)]


def _unit(rows: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what sets each row apart from the mean of all, with length 1; 0 for none."""
    apart = rows - of.mean(0)
    apart = apart - apart.mean(1, keepdims=True)
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.where(length > 1, length, np.inf))
