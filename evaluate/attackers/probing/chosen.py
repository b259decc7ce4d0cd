"""Pictures that an attacker has defended to see what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

FEW, MANY = (0, 128, 255), (0, 32, 64, 96, 128, 160, 192, 224, 255)
Carriers = tuple[tuple[int, int, int], ...]
GREY: Carriers = ((255, 255, 255),)
WHITE: Carriers = ((255, 255, 254),)  # no grey photo, see `plain`
COLOURS: Carriers = ((255, 0, 0), (0, 255, 0), (0, 0, 255))


def plain(shape: Sequence[int], level: int, *, grey: bool) -> Pixels:
    """Return a picture of one grey.

    Args:
        shape: height and width.
        level: of the grey.
        grey: False: the blue is one level off, for a defense that treats grey photos otherwise,
            as `noise` does.
    """
    made = np.full((*shape[:2], 3), level, np.uint8)
    if not grey:
        made[..., 2] = level - 1 if level else 1
    return made


def lit(shape: Sequence[int], carrier: tuple[int, int, int]) -> Pixels:
    """Return a picture of one colour."""
    return np.broadcast_to(np.array(carrier, np.uint8), (*shape[:2], 3)).copy()


def like(photo: Pixels, shape: Sequence[int], *, grey: bool) -> Pixels:
    """Return a photo in another size, grey or not, for a picture as photos are."""
    size = (shape[1], shape[0])
    made = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    if grey:
        return cv2.cvtColor(made, cv2.COLOR_RGB2GRAY)[..., None].repeat(3, 2).astype(np.uint8)
    if (made == made[..., :1]).all():
        made[..., 2] ^= 1
    return made


def mottled(shape: Sequence[int], *, grey: bool) -> Pixels:
    """Return a picture in which each pixel has a random colour, every other one a grey."""
    rng = np.random.default_rng(0)
    made = rng.integers(0, 256, (*shape[:2], 3), np.uint8)
    greys = np.indices(shape[:2]).sum(0) % 2 == 0
    made[greys] = made[greys][:, :1]
    return made[..., :1].repeat(3, 2) if grey else made


def stripes(shape: Sequence[int], carriers: Carriers) -> Iterator[Pixels]:
    """Yield pictures of stripes, in which each pixel sees the number of its column and row.

    Each digit of the numbers in Gray code, where neighbours differ in one digit alone, is a
    pattern of stripes (S. Inokuchi, K. Sato, F. Matsuda, "Range Imaging System for 3-D Object
    Recognition", ICPR 1984). Each carrier, a colour, shows a digit of its own.
    """
    height, width = shape[:2]
    digits = [*_digits(width, (1, width), shape), *_digits(height, (height, 1), shape)]
    for start in range(0, len(digits), len(carriers)):
        made = np.zeros((height, width, 3), np.uint8)
        for carrier, digit in zip(carriers, digits[start:], strict=False):
            made += digit[..., None] * np.array(carrier, np.uint8)
        yield made


def digits_of(length: int) -> int:
    """Return how many binary digits number `length` places."""
    return (length - 1).bit_length()


def _digits(length: int, along: tuple[int, int], shape: Sequence[int]) -> list[NDArray[np.uint8]]:
    number = np.arange(length)
    code = number ^ (number >> 1)
    return [
        np.broadcast_to((code >> digit & 1).reshape(along), shape[:2]).astype(np.uint8)
        for digit in range(digits_of(length))
    ]
