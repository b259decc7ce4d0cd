"""Opacity: what can be seen through it, and how it is closed over a face."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..photo import Face, Pixels, intersection_over_union

_SAME = 0.5  # overlap, share of the union, from which two boxes are one face


def views(pixels: Pixels, alpha: NDArray[np.uint8] | None) -> list[Pixels]:
    """Return the pictures that somebody may get to see of one with opacity.

    A face may be in the colours, in the opacity, or only in both together.

    Args:
        pixels: `(H, W, 3)`, uint8, the colours as they are stored.
        alpha: `(H, W)`, uint8, 255 is opaque; None if there is none.

    Returns:
        The stored colours; and unless the opacity is the same everywhere, what shows over
        white and over black, and the opacity itself, positive and negative.
    """
    if alpha is None or not see_through(alpha):
        return [pixels]
    share = alpha[..., None].astype(np.float32) / 255
    over_black = np.rint(pixels * share).astype(np.uint8)
    over_white = np.rint(pixels * share + 255 * (1 - share)).astype(np.uint8)
    plane = alpha[..., None].repeat(3, 2)
    return [pixels, over_white, over_black, plane, 255 - plane]


def see_through(alpha: NDArray[np.uint8] | None) -> bool:
    """Return whether opacity shows anything: it is there, and not the same everywhere."""
    return alpha is not None and bool(alpha.min() != alpha.max())


def faces_seen(
    pixels: Pixels,
    alpha: NDArray[np.uint8] | None,
    find: Callable[[list[Pixels]], Sequence[tuple[Face, ...]]],
) -> tuple[tuple[Face, ...], tuple[Face, ...]]:
    """Find the faces that somebody may get to see, each once.

    Args:
        pixels: `(H, W, 3)`, uint8, the colours as they are stored.
        alpha: `(H, W)`, uint8, or None.
        find: finds the faces in each of some pictures.

    Returns:
        Those in the stored colours, and those that only the opacity shows.
    """
    stored, *others = find(views(pixels, alpha))
    shown: list[Face] = []
    for face in (face for found in others for face in found):
        if all(overlap(face, known) < _SAME for known in (*stored, *shown)):
            shown.append(face)
    return stored, tuple(shown)


def closed(alpha: NDArray[np.uint8], region: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return opacity that is full wherever `region` is above 0: it shows no face there."""
    return np.where(region > 0, np.uint8(255), alpha)


def overlap(one: Face, other: Face) -> float:
    """Return what the boxes of two faces share, as a share of what they cover together."""
    return intersection_over_union(one.box, other.box)
