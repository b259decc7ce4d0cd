"""Photos that occur twice: they would let an attacker name a file, not a face."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels

from .split import Split

NEAR = 0.97
"""Correlation from which two photos count as one.

Different photos of one person reach 0.952 on ORL, where people sat still for several
frames, and 0.935 on the London set. Copies stay above: JPEG at quality 60 at least 0.998, half
the size 0.988, a darker or brighter copy 0.978 (where a tenth of it is clipped), half the size
at quality 60 and brighter 0.973, each the worst of 100 photos from ORL, LFW or London.
"""
SIDE, DETAIL = 32, 2.0  # pixels of the thumbnail, sigma of the blur that is taken off it


@dataclass(frozen=True)
class Pair:
    """Two photos that show the same picture.

    Args:
        a: key of the photo that comes first by name.
        b: key of the other.
        kind: `exact` (the same pixels) or `near` (compressed, resized or brightened).
    """

    a: str
    b: str
    kind: Literal["exact", "near"]

    def __str__(self) -> str:
        return f"{self.b} ({'the same as' if self.kind == 'exact' else 'a copy of'} {self.a})"


def find_duplicates(photos: Sequence[Photo], *, near: float = NEAR) -> list[Pair]:
    """Return all pairs of photos that show the same picture.

    Photos are shrunk to 32x32 grey pixels, their coarse shading is taken off and the rest is
    correlated, so compression, size and brightness do not matter. A mirrored, rotated, shifted
    or cropped copy is not found: two copies in LFW that were aligned anew reach 0.934 and
    0.960, while different frames in ORL reach 0.952, so no limit tells the two apart.

    Args:
        photos: any sizes.
        near: correlation, above 0 up to 1, from which two photos count as one.

    Returns:
        Pairs sorted by key.
    """
    if not 0 < near <= 1:
        raise ValueError(f"near must be above 0 and at most 1, got {near}")
    photos = sorted(photos, key=lambda photo: photo.key)
    if not photos:
        return []
    marks, fine = [], np.zeros((len(photos), SIDE * SIDE), np.float32)
    for photo, small in zip(photos, fine, strict=True):
        pixels = photo.pixels  # once, and nothing of them stays
        marks.append(_digest(pixels))
        small[:] = _thumbnail(pixels)
    pairs: set[tuple[int, int]] = set()
    first: dict[bytes, list[int]] = {}
    for index, mark in enumerate(marks):
        twins = first.setdefault(mark, [])
        pairs.update((twin, index) for twin in twins)
        twins.append(index)
    for start in range(0, len(photos), 1024):  # blocks bound the memory
        alike = fine[start : start + 1024] @ fine[start:].T
        rows, columns = np.nonzero(alike >= near)
        pairs.update(
            (start + int(row), start + int(column))
            for row, column in zip(rows, columns, strict=True)
            if row < column
        )
    return [
        Pair(photos[a].key, photos[b].key, "exact" if marks[a] == marks[b] else "near")
        for a, b in sorted(pairs)
    ]


def check_duplicates(
    photos: Sequence[Photo], split: Split, *, drop: bool = False
) -> tuple[tuple[Photo, ...], tuple[Pair, ...]]:
    """Make sure that no picture is in two roles.

    It is wrong if the same picture belongs to two people (one of the names is wrong, and
    the person may be in two parts at once), or is both in the gallery and among the probes.
    The same picture twice in one role of one person is harmless. A person with one photo that
    is somebody else's as well is left out without a word: nobody is sure who that is.

    Args:
        photos: the photos that were split.
        split: their split; people whom it leaves out are not looked at.
        drop: leave out the later photo (by key) of every pair, wrong or harmless, instead of
            refusing; the photos must then be split again.

    Returns:
        The photos to go on with, and the pairs whose second photo was left out. If they are fewer
        than before, they must be split again.

    Raises:
        ValueError: there is a wrong pair and `drop` is False; the message has both keys.
    """
    owner = {photo.key: photo.identity for photo in photos if split.part(photo.identity)}
    pairs = find_duplicates([photo for photo in photos if photo.key in owner])
    lost = {key for pair in pairs for key in (pair.a, pair.b) if key in split.single}
    photos = [photo for photo in photos if photo.key not in lost]
    pairs = [pair for pair in pairs if not lost & {pair.a, pair.b}]
    if drop:
        # of three copies a, b, c the pair (b, c) is answered by leaving out b and c for a
        gone: dict[str, Pair] = {}
        for pair in pairs:
            if pair.a not in gone:
                gone.setdefault(pair.b, pair)
        return tuple(p for p in photos if p.key not in gone), tuple(gone.values())
    wrong = [
        pair
        for pair in pairs
        if owner[pair.a] != owner[pair.b] or split.role(pair.a) != split.role(pair.b)
    ]
    if wrong:
        raise ValueError(_message(wrong, owner))
    return tuple(photos), ()


def _message(wrong: Sequence[Pair], owner: dict[str, str]) -> str:
    pair = wrong[0]
    what = "the same picture" if pair.kind == "exact" else "copies of one picture"
    where = (
        f"under two people, {owner[pair.a]} and {owner[pair.b]}"
        if owner[pair.a] != owner[pair.b]
        else f"in gallery and probes of {owner[pair.a]}"
    )
    more = f" (and {len(wrong) - 1} more such pairs)" if len(wrong) > 1 else ""
    return (
        f"a photo may be in one role only, but {pair.a} and {pair.b} are {what} {where}{more}; "
        "remove one, or leave out such photos with --drop-duplicates"
    )


def _digest(pixels: Pixels) -> bytes:
    pixels = np.ascontiguousarray(pixels)
    whole = hashlib.sha256(str(pixels.shape).encode())
    whole.update(pixels.data)
    return whole.digest()


def _thumbnail(pixels: Pixels) -> NDArray[np.float32]:
    """Return `(1024,)` of unit norm; zeros for a picture without any detail."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = (small - cv2.GaussianBlur(small, (0, 0), DETAIL)).ravel()
    detail -= detail.mean()
    norm = float(np.linalg.norm(detail))
    return detail / norm if norm > SIDE * 0.1 else np.zeros_like(detail)
