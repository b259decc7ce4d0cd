"""A defense with a known leakage: a share of the photos is blank, the rest is signed."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from unmask.defenses import Defense, Photo, Range
from unmask.defenses.photo import Pixels


def place(key: str) -> float:
    """Return where a photo stands between 0 and 1: it is blank below the strength."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) / 2**48


@dataclass(frozen=True, kw_only=True)
class Dial(Defense):
    """Add a pattern that tells the person, or paint grey.

    Args:
        strength: share of photos that become grey, 0 to 1.
    """

    region: str = "image"
    strength: float = 0.5

    space: ClassVar = {"strength": Range(0.0, 1.0)}
    needs_face: ClassVar = False
    diagnostic: ClassVar = True

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return grey, or the photo with eight by eight blocks drawn from the name."""
        if place(photo.key) < self.strength:
            return np.full_like(photo.pixels, 128)
        mark = hashlib.sha256(photo.key.split("/")[0].encode()).digest()
        blocks = np.frombuffer(mark * 2, np.uint8).reshape(8, 8)
        height, width = photo.pixels.shape[:2]
        rows, columns = np.arange(height) * 8 // height, np.arange(width) * 8 // width
        pattern = blocks[rows][:, columns, None].astype(np.float64)
        return np.rint(0.6 * photo.pixels + 0.4 * pattern).astype(np.uint8)
