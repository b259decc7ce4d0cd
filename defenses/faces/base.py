"""The base of all face detectors: shrinking, padding, enlarging and tiling happen here."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar

import cv2
import numpy as np

from ..photo import Pixels
from .tiles import Found as Found  # detectors take both from here
from .tiles import is_cut, merged, tiles

RETRIES = ((0.3, 2.0), (0.3, 1.5), (0.1, 1.0))  # padding (share of the long side), enlargement
WHOLE = 1280  # pixels: photos with a longer side are searched in tiles, too,
FINE = 1024  # as finely as a photo with this long side is as a whole
SEARCH = 2  # to be raised when the same detector finds other faces in the same photo


@dataclass(frozen=True)
class Detector(ABC):
    """Something that finds faces; a subclass implements `detect`.

    Args:
        longest: long side in pixels to which larger photos are shrunk first, and the side of
            the tiles in which photos of more than 1280 pixels are searched besides, as finely
            as one of 1024 pixels is. Higher finds smaller faces and takes longer.
        threshold: lowest score of a face, 0 to 1.
    """

    longest: int = 640
    threshold: float = 0.4

    packages: ClassVar[tuple[str, ...]] = ()  # whose versions change what is found
    licence: ClassVar[str] = ""  # of its weights

    def __post_init__(self) -> None:
        """Check the parameters."""
        if self.longest < 32:
            raise ValueError(f"longest must be at least 32 pixels, got {self.longest}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold must be between 0 and 1, got {self.threshold}")

    @abstractmethod
    def detect(self, pixels: Pixels) -> list[Found]:
        """Return the faces in a photo whose long side is at most `longest`, in any order."""

    @property
    def fingerprint(self) -> str:
        """Text that changes whenever the faces would: settings and versions."""
        versions = (f"{name}={_version(name)}" for name in self.packages)
        return f"{self!r} search={SEARCH} {' '.join(versions)}"

    def find(self, pixels: Pixels) -> list[Found]:
        """Return the faces in a photo of any size.

        A photo of up to 1280 pixels is looked at as a whole. It is never enlarged at first. If
        that finds nothing it is padded by replication, since heads that fill the frame lack
        the surroundings a detector was trained with, and enlarged if it is small. A larger
        photo is then searched in tiles, from coarse to fine, whether or not anything was
        found: what is small in it is too small in the shrunk whole.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB.

        Returns:
            Boxes and scores in pixels of the photo, in any order.
        """
        whole = self._find_whole(pixels)
        scales = self._scales(max(pixels.shape[:2]))
        if not scales:
            return whole
        cut: list[Found] = []
        for scale in scales:
            for found, is_part in self._find_in_tiles(pixels, scale):
                (cut if is_part else whole).append(found)
        return merged(whole, cut)

    def _find_whole(self, pixels: Pixels) -> list[Found]:
        for padding, enlargement in ((0.0, 1.0), *RETRIES):
            if found := self._find(pixels, padding, enlargement):
                return found
        return []

    def _scales(self, long: int) -> list[float]:
        """Return the scales for tiles: halved from that of a photo of `FINE` pixels."""
        if long <= WHOLE:
            return []
        finest = min(1.0, self.longest / FINE)
        steps = math.ceil(math.log2(finest / min(finest, self.longest / long)))
        return [finest / 2**step for step in range(steps)]

    def _find_in_tiles(self, pixels: Pixels, scale: float) -> Iterator[tuple[Found, bool]]:
        """Yield what is found at a scale, and whether it lies at the edge of its tile."""
        shrunk = _resized(pixels, scale)
        height, width = shrunk.shape[:2]
        for tile in tiles(height, width, self.longest):
            part = shrunk[tile.top : tile.bottom, tile.left : tile.right]
            for (x, y, w, h), score in self._sure(part):
                there = Found((x + tile.left, y + tile.top, w, h), score)
                yield _moved(there, 0, scale), is_cut(there, tile, height, width)

    def _find(self, pixels: Pixels, padding: float, enlargement: float) -> list[Found]:
        long = max(pixels.shape[:2])
        scale = min(enlargement, self.longest / (long * (1 + 2 * padding)))
        pixels = _resized(pixels, scale)
        border = int(padding * max(pixels.shape[:2]))
        if border:
            pixels = np.pad(pixels, ((border, border), (border, border), (0, 0)), "edge")
        return [_moved(found, border, scale) for found in self._sure(pixels)]

    def _sure(self, pixels: Pixels) -> list[Found]:
        found = self.detect(np.ascontiguousarray(pixels))
        return [one for one in found if one.score >= self.threshold]


def _resized(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = [max(1, round(side * scale)) for side in reversed(pixels.shape[:2])]
    return cv2.resize(pixels, size, interpolation=way).astype(np.uint8, copy=False)


def _moved(found: Found, border: int, scale: float) -> Found:
    x, y, w, h = found.box
    box = ((x - border) / scale, (y - border) / scale, w / scale, h / scale)
    return Found(box, found.score)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
