"""Do pictures of another program show the photos that they are named after, and all of them?

A program that counts its results, or sorts names otherwise, mixes people up: then nobody can be
named, and what is a slip of names would pass for privacy.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from unmask.defenses import Defended, Photo

from ..data.scene import Scene
from .defending import OwnCopies
from .likeness import ALARM, spread

SIDE = 16  # cells across a picture: its layout, which blur, noise and blocks leave
MOST = 200  # pictures that are looked at, of those to be named and of those to learn from
ALIKE, OTHERWISE = 0.9, 0.6  # correlation with a photo that a picture shows; with one it does not
HARDLY = 1.0  # levels that a picture differs in the mean where it was saved anew and no more
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
    every, shown = (*scene.probes, *known), [done.photo for done in defended]
    told = [misnamed(scene.probes, shown, every)]
    if wanted:
        own = copies(wanted)
        cut = len(scene.gallery)
        told += [
            misnamed(known, own, every),
            untouched("gallery", scene.gallery, own[:cut], scene.probes, shown),
            untouched("background", scene.background, own[cut:], scene.probes, shown),
        ]
    return tuple(dict.fromkeys(filter(None, told)))


def untouched(
    role: str, clean: Sequence[Photo], own: Sequence[Photo], probes: Sequence[Photo],
    shown: Sequence[Photo],
) -> str:  # fmt: skip
    """Say that what is to be learned from was left as it was, and what is to be named was not.

    Whoever copies the originals of people whom a program was not run on leaves attackers nothing
    to learn of it. The shares of photos that are hardly changed are compared by Fisher's test.

    Args:
        role: of the photos to learn from.
        clean: these.
        own: what became of them.
        probes: to be named.
        shown: what became of them.
    """
    kept, left = (
        sum(map(_hardly_changed, *some)) for some in ((clean, own), (probes, shown))
    )  # fmt: skip
    table = [[kept, len(clean) - kept], [left, len(probes) - left]]
    if not clean or stats.fisher_exact(table, alternative="greater").pvalue >= ALARM:
        return ""
    return (
        f"{kept} of {len(clean)} {role} pictures are hardly changed, and {left} of {len(probes)} "
        "of those to be named: attackers learned from clean photos"
    )


def _hardly_changed(before: Photo, after: Photo) -> bool:
    a, b = before.pixels, after.pixels
    return a.shape == b.shape and float(cv2.absdiff(a, b).mean()) < HARDLY


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
    some = spread(len(clean), MOST)
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
    # whoever is mixed up takes the place of one other: pictures that are all alike take one
    several, few = (len(np.unique(first[which])) for which in (other, clearly))
    if several <= len(some) / 2 and few < FEW:
        return ""
    count = several if several > len(some) / 2 else few
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
    """Return what sets each row apart from the median of all, with length 1; 0 for none."""
    apart = rows - np.median(of, 0)
    apart = apart - apart.mean(1, keepdims=True)
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.where(length > 1, length, np.inf))
