"""Where each pixel of a defended photo came from, read off stripes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

from .chosen import digits_of

Places = NDArray[np.int64]
Values = NDArray[np.float32]

SEEN = 16.0  # levels by which a carrier must show, for its digits to be read
BLOCK = 1 << 16  # pixels that are read at once


def readable(black: Pixels, carriers: Sequence[Pixels]) -> NDArray[np.bool_]:
    """Return `(H, W)`: where every carrier shows after the defense."""
    shows = [np.abs(c.astype(np.int16) - black).max(2) >= SEEN for c in carriers]
    return np.asarray(np.logical_and.reduce(shows))


def read_places(black: Pixels, carriers: Sequence[Pixels], striped: Iterator[Pixels]) -> Places:
    """Return `(H * W,)`: for each defended pixel the clean one that it came from, -1 if none.

    Args:
        black: the defended black picture.
        carriers: the defended pictures of one carrier each.
        striped: the defended pictures of `stripes` with the same carriers.
    """
    height, width = black.shape[:2]
    digits = [digit for picture in striped for digit in _digits(picture, black, carriers)]
    columns = _numbers(digits[: digits_of(width)], height * width)
    rows = _numbers(digits[digits_of(width) :][: digits_of(height)], height * width)
    wrong = ~readable(black, carriers).ravel() | (columns >= width) | (rows >= height)
    return np.where(wrong, -1, rows * width + columns)


def _digits(picture: Pixels, black: Pixels, carriers: Sequence[Pixels]) -> list[NDArray[np.bool_]]:
    """Return for each carrier where it is on, `(H * W,)`: the nearest mixture counts."""
    seen, dark, *lit = (one.reshape(-1, 3) for one in (picture, black, *carriers))
    mixtures = np.array([*product((0, 1), repeat=len(lit))], np.float32)
    nearest = np.empty(len(seen), np.int64)
    for start in range(0, len(seen), BLOCK):
        part = slice(start, start + BLOCK)
        zero = dark[part].astype(np.float32)
        steps = np.stack([one[part] - zero for one in lit])
        off = seen[part] - zero - np.tensordot(mixtures, steps, 1)
        nearest[part] = (off**2).sum(2).argmin(0)
    return [mixtures[nearest, i] > 0 for i in range(len(lit))]


def _numbers(digits: Sequence[NDArray[np.bool_]], count: int) -> Places:
    """Turn digits in Gray code, the last one highest, into numbers."""
    number, above = np.zeros(count, np.int64), np.zeros(count, bool)
    for place in reversed(range(len(digits))):
        above = above ^ digits[place]
        number |= above.astype(np.int64) << place
    return number


def put_back(values: Values, sure: NDArray[np.bool_], places: Places | None) -> Values:
    """Put defended values where they came from, and fill what remains open.

    Args:
        values: `(H, W, 3)`, with the defense's tones undone.
        sure: `(H, W, 3)`: which of them are known.
        places: as `read_places` returns them; None if nothing was moved.

    Returns:
        `(H, W, 3)`; values that came from one place are averaged, and open places filled from
        their surroundings.
    """
    known = sure.astype(np.float32)
    if places is not None:
        known, values = _gathered(known, places), _gathered(values * known, places)
        values = np.asarray(values / np.maximum(known, 1), np.float32)
    return filled(values, np.minimum(known, np.float32(1)))


def _gathered(values: Values, places: Places) -> Values:
    """Return `(H, W, 3)`: for each clean pixel the sum of the values that came from it."""
    there = places >= 0
    sums = [
        np.bincount(places[there], channel[there], len(places))
        for channel in values.reshape(-1, 3).T
    ]
    return np.asarray(np.stack(sums, 1).reshape(values.shape), np.float32)


def filled(values: Values, known: Values) -> Values:
    """Fill what is not known from a picture of half the size, that from one of a quarter, ...

    Pull and push (S. J. Gortler, R. Grzeszczuk, R. Szeliski, M. F. Cohen, "The Lumigraph",
    SIGGRAPH 1996).

    Args:
        values: `(H, W, 3)`.
        known: `(H, W, 3)`, 0 to 1: how far each is known.
    """
    height, width = values.shape[:2]
    if known.min() >= 1 or max(height, width) == 1:
        return values
    half = ((width + 1) // 2, (height + 1) // 2)
    weight = cv2.resize(known, half, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(values * known, half, interpolation=cv2.INTER_AREA)
    means = np.asarray(sums / np.maximum(weight, 1e-6), np.float32)
    coarse = filled(means, np.asarray(np.minimum(4 * weight, 1), np.float32))
    around = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(known * values + (1 - known) * around, np.float32)
