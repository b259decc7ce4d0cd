"""Which pixel became which, from pairs of photos of one size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint8]
Places = NDArray[np.int64]

SERIES = 64  # photos whose values name a pixel: their agreement by accident is out of the question
LARGEST = 90_000  # pixels; beyond it, comparing every pixel with every other takes too long
BETTER = 0.1  # by so much a found place must correlate more than the pixel's own place


def match_exactly(
    clean: Values, defended: Values, *, exchanged: bool = False
) -> tuple[Places, float]:
    """Match values by their series over the photos.

    Args:
        clean: `(M, E)`.
        defended: `(M, E)`.
        exchanged: match whatever values were exchanged one for one. That needs more photos,
            some fifty: what names a series is then only where in it a value comes back.

    Returns:
        `(E,)`, for each clean value the place of its defended one (its own if none is
        found), and the share of values for which one is found.
    """
    wanted, given = (_names(values[:SERIES], exchanged) for values in (clean, defended))
    own = np.arange(len(wanted))
    order = np.argsort(given, kind="stable")
    ranked = given[order]
    at = np.searchsorted(ranked, wanted)
    # pixels of one series (black corners) are handed out in turn, as they come
    sorted_wanted = np.argsort(wanted, kind="stable")
    first = np.searchsorted(wanted[sorted_wanted], wanted)
    turn = np.empty(len(wanted), np.int64)
    turn[sorted_wanted] = own - first[sorted_wanted]
    sizes = np.searchsorted(ranked, wanted, side="right") - at
    found = sizes > 0
    places = own.copy()
    places[found] = order[at[found] + turn[found] % sizes[found]]
    places[wanted == given] = own[wanted == given]
    return places, float(found.mean())


def _names(values: Values, exchanged: bool) -> NDArray[np.uint64]:
    """Return `(E,)`: equal for equal series, up to an exchange of values if asked for."""
    weights = np.random.default_rng(0).integers(1, 2**63, len(values), np.uint64)
    columns = np.arange(values.shape[1])
    first = np.full((values.shape[1], 256), 255, np.uint8)  # photo in which a value came up
    names = np.zeros(values.shape[1], np.uint64)
    for photo, row in enumerate(values):
        seen = row
        if exchanged:
            seen = first[columns, row]
            seen[seen == 255] = photo
            first[columns, row] = seen
        names += (seen.astype(np.uint64) + 1) * weights[photo]
    return names


def match_roughly(clean: Values, defended: Values, pixels: int, *, seed: int = 0) -> Places | None:
    """Match pixels whose values were altered by the correlation of their series.

    Args:
        clean: `(M, 3 * pixels)`, channels together.
        defended: `(M, 3 * pixels)`.
        pixels: number of pixels of a photo.
        seed: seed of the pixels that are tried first.

    Returns:
        `(3 * pixels,)` as `match_exactly`; None if a few pixels, tried first, are not found
        better than at their own place, or if the photos are too large.
    """
    if pixels > LARGEST:
        return None
    x, y = (values[: 2 * SERIES].reshape(-1, pixels, 3).mean(2) for values in (clean, defended))
    half = len(x) // 2
    tried = np.random.default_rng(seed).choice(pixels, min(256, pixels), replace=False)
    places = _most_alike(_series(x[:half])[tried], _series(y[:half]))
    wanted, given = _series(x[half:])[tried], _series(y[half:])
    there = np.abs((wanted * given[places]).sum(1)).mean()
    here = np.abs((wanted * given[tried]).sum(1)).mean()
    if there < here + BETTER:
        return None
    found = _most_alike(_series(x), _series(y))
    return np.asarray((3 * found[:, None] + np.arange(3)).ravel(), np.int64)


def _series(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return `(pixels, M)`, float32: centred, of length 1, or 0 where nothing varies."""
    series = np.ascontiguousarray((values - values.mean(0)).T, np.float32)
    length = np.linalg.norm(series, axis=1, keepdims=True)
    return np.asarray(series / np.where(length > 1e-3, length, np.inf), np.float32)


def _most_alike(
    wanted: NDArray[np.float32], given: NDArray[np.float32], block: int = 512
) -> Places:
    return np.concatenate(
        [
            np.abs(wanted[start : start + block] @ given.T).argmax(1)
            for start in range(0, len(wanted), block)
        ]
    )
