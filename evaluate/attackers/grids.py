"""Pictures as plain vectors: small and aligned, or on the photo's own grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels

Vectors = NDArray[np.float32]
Indices = NDArray[np.int64]

STRETCHED = 0.1  # share of the people who may have no photo of the size of a probe
COLOUR = 56  # pixels: side of the aligned face in colour
SQUARE = 64  # pixels: side to which photos of unlike sizes are stretched
BLOCK = 4096  # pixels that are worked on together
EXACT = 1024  # of them, for sums that are exact
LARGEST = 1 << 16  # pixels of a grid; a shuffle of larger photos is for `probed`


def aligned_grid(photos: Sequence[Photo], size: int = 32, *, colour: bool = False) -> Vectors:
    """Return `(N, D)`, float32, 0 to 1: faces turned upright and scaled.

    The eyes found on the clean photo are brought to fixed places; without landmarks the
    box is used, without a face the whole photo.

    Args:
        photos: with the faces found on the clean photos.
        size: side in pixels.
        colour: three values a pixel, red, green and blue, instead of one.
    """
    vectors = []
    for photo in photos:
        shown = photo.pixels if colour else _grey(photo)
        vectors.append(_chip(shown, photo, size).ravel())
    return np.asarray(np.array(vectors) / np.float32(255), np.float32)


def in_colour(photos: Sequence[Photo]) -> bool:
    """Return whether any photo has colours; else three channels say no more than one."""
    return not all(photo.is_grey for photo in photos)


def face_chip(photo: Photo, size: int) -> Pixels:
    """Return `(size, size, 3)`, uint8: the face as in `aligned_grid`, in colour."""
    return _chip(photo.pixels, photo, size)


def _chip(shown: Pixels, photo: Photo, size: int) -> Pixels:
    big = 2 * size  # averaged down afterwards, so that fine patterns are not aliased away
    chip = cv2.warpAffine(shown, _to_chip(photo, big), (big, big), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(chip, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


class OwnGrid(NamedTuple):
    """Photos that can be compared pixel by pixel, without alignment.

    Args:
        known: `(K,)`, which of the known photos.
        asked: `(N,)`, which of the probes.
        known_vectors: `(K, D)`, float32, 0 to 1: grey values.
        vectors: `(N, D)`, those of the probes. Both are `Greys` in truth, to be read in parts.
    """

    known: Indices
    asked: Indices
    known_vectors: Vectors
    vectors: Vectors


class Greys:
    """Grey pictures as vectors `(N, D)`, float32, 0 to 1, kept as bytes: a quarter of the memory.

    Args:
        levels: `(N, D)`, uint8.
    """

    def __init__(self, levels: NDArray[np.uint8]) -> None:
        self.levels, self.shape, self.size = levels, levels.shape, levels.size

    def __len__(self) -> int:
        return len(self.levels)

    def __getitem__(self, place: Any) -> Vectors:
        return np.asarray(self.levels[place] / np.float32(255), np.float32)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype)

    def mean(self, axis: int, dtype: type[np.float64]) -> NDArray[np.float64]:
        """Return `(D,)`, the mean picture."""
        parts = np.array_split(np.arange(self.shape[1]), -(-self.shape[1] // BLOCK))
        return np.concatenate([self[:, part].mean(axis, dtype=dtype) for part in parts])


def squared_distances(a: Greys, b: Greys) -> NDArray[np.float64]:
    """Return `(len(a), len(b))`: squared distances of pictures of values 0 to 1.

    Those of levels are whole numbers, and exact: less 128, products of levels are at most 2**14,
    so that `EXACT` of them add up in single precision without any rounding.
    """
    found = np.zeros((len(a), len(b)))
    squares = [np.zeros(len(some)) for some in (a, b)]
    for start in range(0, a.shape[1], EXACT):
        x, y = (v.levels[:, start : start + EXACT].astype(np.float32) - 128 for v in (a, b))
        found += x @ y.T
        for total, some in zip(squares, (x, y), strict=True):
            total += np.einsum("ij,ij->i", some, some)
    return np.asarray((squares[0][:, None] + squares[1] - 2 * found) / 255**2)


def own_grids(
    known: Sequence[Photo], probes: Sequence[Photo], people: Indices
) -> Iterator[OwnGrid]:
    """Yield groups of photos on grids of their own; each probe is in one of them.

    A probe is compared as a whole with the known photos of its size. Of people of whom there is
    none, all photos are stretched to it, but there must be few such people; else probes are
    compared by a window around the face, cut off (padded by replication) without any resizing.

    Args:
        known: photos of people, as the attacker has them.
        probes: photos to be named.
        people: `(len(known),)`, who is on each known photo.
    """
    sizes, asked = ([photo.shape[:2] for photo in some] for some in (known, probes))
    rest = np.ones(len(probes), bool)
    for size in dict.fromkeys(asked):
        same = np.array([one == size for one in sizes])
        without = np.setdiff1d(people, people[same])
        if len(without) > STRETCHED * len(np.unique(people)):
            continue
        old = np.flatnonzero(same | np.isin(people, without))
        new = np.flatnonzero([one == size for one in asked])
        rest[new] = False
        yield OwnGrid(old, new, _whole(known, old, size), _whole(probes, new, size))
    if rest.any():
        side = round(1.4 * float(np.median([p.face_width for p in (*known, *probes)])))
        old, new = np.arange(len(known)), np.flatnonzero(rest)
        yield OwnGrid(old, new, _windows(known, old, side), _windows(probes, new, side))


def whole_grid(photos: Sequence[Photo]) -> Vectors:
    """Return `(N, SQUARE * SQUARE)`, float32, 0 to 1: whole photos, stretched to a square."""
    return _whole(photos, np.arange(len(photos)), (SQUARE, SQUARE))[:]


def _whole(photos: Sequence[Photo], which: Indices, size: tuple[int, int]) -> Vectors:
    greys = (_grey(photos[i]) for i in which.tolist())
    return _vectors(grey if grey.shape == size else _resized(grey, size) for grey in greys)


def _windows(photos: Sequence[Photo], which: Indices, side: int) -> Vectors:
    chosen = (photos[i] for i in which.tolist())
    return _vectors(_cut(_grey(photo), photo, (side, side)) for photo in chosen)


def _vectors(greys: Iterable[NDArray[np.uint8]]) -> Vectors:
    """Return `(N, D)`; pictures of more than `LARGEST` pixels are shrunk, to fit into memory."""
    flat = []
    for grey in greys:
        scale = min(1.0, (LARGEST / grey.size) ** 0.5)
        size = (max(1, int(scale * grey.shape[0])), max(1, int(scale * grey.shape[1])))
        flat.append((_resized(grey, size) if scale < 1 else grey).ravel())
    return cast(Vectors, Greys(np.array(flat, np.uint8)))


def _resized(grey: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    way = cv2.INTER_AREA if size[0] < grey.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(grey, (size[1], size[0]), interpolation=way).astype(np.uint8)


def _grey(photo: Photo) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _cut(grey: NDArray[np.uint8], photo: Photo, window: tuple[int, int]) -> NDArray[np.uint8]:
    height, width = window
    if photo.face:
        x, y, w, h = photo.face.box
        centre = (x + w / 2, y + h / 2)
    else:
        centre = (grey.shape[1] / 2, grey.shape[0] / 2)
    left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
    rows = np.clip(np.arange(top, top + height), 0, grey.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, grey.shape[1] - 1)
    return grey[np.ix_(rows, columns)]


def _to_chip(photo: Photo, size: int) -> NDArray[np.float64]:
    face = photo.face
    if face and face.five is not None:
        right, left = face.five[:2].mean(0), face.five[2:4].mean(0)
        along, target = right - left, np.array([0.4 * size, 0.0])
        middle, goal = (right + left) / 2, np.array([size / 2, 0.38 * size])
    else:
        if face:
            x, y, w, h = face.box
        else:
            x, y, (h, w) = 0.0, 0.0, photo.pixels.shape[:2]
        along, target = np.array([max(w, h), 0.0]), np.array([0.9 * size, 0.0])
        middle, goal = np.array([x + w / 2, y + h / 2]), np.array([size / 2, size / 2])
    # the similarity that turns `along` into `target`, as one complex number
    turn = complex(*target) / complex(*along)
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([matrix, goal - matrix @ middle])
