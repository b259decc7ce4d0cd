"""Do pieces of a photo stand elsewhere in its defended version?

Attackers put no pieces together. A defense that only moves them, in another order for each photo,
would pass for private because nobody here solves its puzzle, which others do: T. Chuman,
K. Kurihara, H. Kiya, "On the Security of Block Scrambling-Based EtC Systems against Extended
Jigsaw Puzzle Solver Attacks", IEICE Transactions on Information and Systems 101, 2018.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from unmask.defenses import Photo

from .likeness import spread

PHOTOS, PIECES = 8, 64  # that are looked at, and of each
SIDE = 6  # pixels of a piece
LARGEST = 400  # pixels of the longer side; larger photos are halved
SAME = 0.97  # correlation with a picture that holds the piece
RARE = 0.9  # with the rest of its own photo, at most: it must know its place
PLAIN = 12.0  # grey levels of deviation: of less, pieces are everywhere
MANY = 0.03  # of the pieces, more than in defended photos of others

Grey = NDArray[np.float32]
Places = NDArray[np.int64]


def elsewhere(clean: Sequence[Photo], defended: Sequence[Photo]) -> str:
    """Say that pieces of photos are found at other places of their defended versions.

    Sought are small pieces with texture that are nowhere else in their photo: as they are, turned
    by right angles, mirrored or negative. What is found as often in defended photos of others
    says nothing.

    Args:
        clean: photos.
        defended: the same, defended.
    """
    places = spread(len(clean), PHOTOS)
    pairs = [(_grey(clean[i]), _grey(defended[i])) for i in places]
    found = theirs = tried = 0
    for number, (photo, made) in enumerate(pairs):
        _, other = pairs[(number + len(pairs) // 2) % len(pairs)]
        if min(*photo.shape, *made.shape, *other.shape) < SIDE:
            continue
        at, pieces = _pieces(photo)
        if not len(at):
            continue
        tried += len(at)
        found += _held(_windows(made)[0], pieces, _near(made, at))
        theirs += _held(_windows(other)[0], pieces, None)
    if tried < PIECES or found - theirs <= MANY * tried:
        return ""
    return (
        f"{found} of {tried} pieces of photos stand at another place of the defended photo (in "
        f"those of others {theirs}): whoever puts them together, which no attacker here does, may "
        "name more"
    )


def _grey(photo: Photo) -> Grey:
    grey = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY)
    while max(grey.shape) > LARGEST:
        size = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.float32)


def _windows(grey: Grey) -> tuple[Grey, Grey]:
    """Return all pieces of a picture, each of length 1 or 0, and how long they were before.

    They are `(rows, columns, SIDE * SIDE)`, less their means.
    """
    every = sliding_window_view(grey, (SIDE, SIDE))
    found = every.reshape(*every.shape[:2], SIDE * SIDE)
    found = found - found.mean(-1, keepdims=True)
    length = np.linalg.norm(found, axis=-1, keepdims=True)
    found = np.divide(found, length, out=np.zeros_like(found), where=length > SIDE)
    return found, length[..., 0]


def _pieces(photo: Grey) -> tuple[Places, Grey]:
    """Return pieces with texture that are nowhere else in the photo, and where they are."""
    windows, length = _windows(photo)
    rough = np.argwhere(length >= PLAIN * SIDE)
    at = np.random.default_rng(0).permutation(rough)[: 4 * PIECES]
    pieces = windows[at[:, 0], at[:, 1]]
    alone = _most(windows, pieces, _near(photo, at)) < RARE
    return at[alone][:PIECES], pieces[alone][:PIECES]


def _held(windows: Grey, pieces: Grey, near: NDArray[np.bool_] | None) -> int:
    """Count the pieces that a picture holds, turned or mirrored in any way."""
    squares = pieces.reshape(-1, SIDE, SIDE)
    best = np.zeros(len(pieces))
    for some in (squares, squares[:, :, ::-1]):
        for turns in range(4):
            turned = np.rot90(some, turns, (1, 2)).reshape(len(pieces), -1)
            best = np.maximum(best, _most(windows, turned, near))
    return int((best >= SAME).sum())


def _most(windows: Grey, pieces: Grey, near: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """Return how well each piece, or its negative, fits in somewhere; not near its own place."""
    fits = pieces @ windows.reshape(-1, SIDE * SIDE).T
    np.abs(fits, out=fits)
    if near is not None:
        fits[near] = 0
    return np.asarray(fits.max(1, initial=0), np.float64)


def _near(photo: Grey, at: Places) -> NDArray[np.bool_]:
    """Return which places of a picture are near each of some places."""
    rows, columns = (np.arange(side - SIDE + 1) for side in photo.shape)
    close = [np.abs(of - at[:, axis, None]) <= 2 * SIDE for axis, of in enumerate((rows, columns))]
    return (close[0][:, :, None] & close[1][:, None, :]).reshape(len(at), rows.size * columns.size)
