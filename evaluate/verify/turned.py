"""The eight ways in which a picture can lie, and bringing an output back to its source's."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Pixels

_SIDE = 32
_MOVED = 0.9  # correlation from which on a turned picture is believed to be the same
_ASPECT = 0.02


class Framed(NamedTuple):
    """An output in the frame of its source.

    Args:
        pixels: `(H, W, 3)`, uint8, in the size of the source.
        turn: which of the eight ways it lay, 0 is upright.
        words: how it had to be changed, for people; empty if not at all.
        fits: whether pixels at one place show one thing: not if it was cropped or padded.
    """

    pixels: Pixels
    turn: int
    words: str
    fits: bool


def turned(pixels: Pixels, turn: int) -> Pixels:
    """Return a picture turned by quarters, and mirrored from 4 on."""
    return np.rot90(pixels[:, ::-1] if turn >= 4 else pixels, turn % 4)


def marks(pixels: Pixels) -> list[bytes]:
    """Return a digest of the pixels for each of the eight ways, upright first."""
    return [
        hashlib.sha256(str(one.shape).encode() + np.ascontiguousarray(one).tobytes()).digest()
        for one in (turned(pixels, turn) for turn in range(8))
    ]


def framed(output: Pixels, source: Pixels) -> Framed:
    """Bring an output to the way up and the size of its source.

    Args:
        output: `(h, w, 3)`, uint8.
        source: `(H, W, 3)`, uint8.
    """
    wanted = _thumbnail(source)
    likes = [float((_thumbnail(turned(output, turn)) * wanted).mean()) for turn in range(8)]
    turn = int(np.argmax(likes))
    if likes[turn] < _MOVED or likes[turn] < likes[0] + 0.05:
        turn = 0
    upright = np.ascontiguousarray(turned(output, turn))
    words = ["it is turned or mirrored"] if turn else []
    (high, wide), (height, width) = upright.shape[:2], source.shape[:2]
    if (high, wide) == (height, width):
        return Framed(upright, turn, "; ".join(words), True)
    words.append(f"it is {wide}x{high}, the source {width}x{height}")
    slack = _ASPECT + 1 / min(high, wide, height, width)
    if abs(wide * height / (high * width) - 1) <= slack:
        way = cv2.INTER_AREA if wide > width else cv2.INTER_CUBIC
        resized = np.asarray(cv2.resize(upright, (width, height), interpolation=way), np.uint8)
        return Framed(resized, turn, "; ".join(words), True)
    frame = np.zeros_like(source)
    part = upright[:height, :width]
    frame[: part.shape[0], : part.shape[1]] = part
    return Framed(frame, turn, "; ".join(words), False)


def _thumbnail(pixels: Pixels) -> NDArray[np.float32]:
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray((small - small.mean()) / max(float(small.std()), 1.0), np.float32)
