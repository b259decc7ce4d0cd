"""The base of all face detectors: shrinking, padding, enlarging and tiling happen here."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from typing import ClassVar

import cv2
import numpy as np

from unmask.packages import installed

from ..photo import Pixels
from .tiles import Found as Found  # detectors take both from here
from .tiles import is_cut, merged, tiles

RETRIES = ((0.3, 2.0), (0.3, 1.5), (0.1, 1.0))  # padding (share of the long side), enlargement
STEP = 4  # from one scale to the next: faces too large for a tile are large in the next one
SEARCH = 3  # to be raised when the same detector finds other faces in the same photo


@dataclass(frozen=True)
class Detector(ABC):
    """Something that finds faces; a subclass implements `detect`.

    Args:
        longest: long side in pixels to which larger photos are shrunk first, and of the tiles
            in which photos are searched where that makes faces too small.
        threshold: lowest score of a face, 0 to 1.
        smallest: width in pixels of the faces that must be found, however large the photo is:
            if the shrunk photo shows them too small for the detector, it is searched in tiles
            besides. Half as wide takes up to four times as long.
        side: long side of the finest copy that is searched, in place of `smallest`; 0 leaves
            it to that.
    """

    longest: int = 640
    threshold: float = 0.4
    smallest: int = 40
    side: int = 0

    packages: ClassVar[tuple[str, ...]] = ()  # whose versions change what is found
    licence: ClassVar[str] = ""  # of its weights
    sure: ClassVar[float] = 25  # width in pixels of its picture from which it misses no face
    coarser: ClassVar[float] = 3  # than the tiles is the whole, which needs to show large faces

    def __post_init__(self) -> None:
        """Check the parameters."""
        if self.longest < 32:
            raise ValueError(f"longest must be at least 32 pixels, got {self.longest}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold must be between 0 and 1, got {self.threshold}")
        if self.smallest < 1:
            raise ValueError(f"smallest must be at least 1 pixel, got {self.smallest}")
        if self.side < 32 and self.side != 0:
            raise ValueError(f"side must be at least 32 pixels (or 0), got {self.side}")

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

        A photo is looked at as a whole, shrunk to `longest`, never enlarged at first. If that
        finds nothing it is padded by replication, since heads that fill the frame lack the
        surroundings a detector was trained with, and enlarged if it is small. Where faces of
        `smallest` pixels are too small in the shrunk whole, tiles of a finer copy are searched,
        whether or not anything was found.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB.

        Returns:
            Boxes and scores in pixels of the photo, in any order.
        """
        reach = self._reach
        whole: list[Found] = []
        cut: list[Found] = []
        done = 1.0
        scales = self._scales(max(pixels.shape[:2]))
        for scale in scales:
            pixels, done = _resized(pixels, scale / done), scale
            for found, is_part in self._find_in_tiles(pixels, scale):
                (cut if is_part else whole).append(found)
            reach = min(reach, round(max(pixels.shape[:2]) / self.coarser))
        seen = [_moved(found, 0, done) for found in self._find_whole(pixels, reach)]
        return merged([*whole, *seen], cut) if scales else seen

    def tiled(self, long: int) -> bool:
        """Return whether a photo with this long side is searched in tiles besides."""
        return bool(self._scales(long))

    @property
    def _reach(self) -> int:
        """Long side of a photo that is looked at as a whole."""
        return min(self.longest, self.side or self.longest)

    def _scales(self, long: int) -> list[float]:
        """Return the scales for tiles, finest first; none where the whole is as fine."""
        whole = min(1.0, self._reach / long)
        finest = min(1.0, self.side / long if self.side else self.sure / self.smallest)
        steps = math.ceil(math.log(finest / whole, STEP) - 1e-9) if finest > whole else 0
        return [finest / STEP**step for step in range(steps)]

    def _find_whole(self, pixels: Pixels, reach: int) -> list[Found]:
        """Look at pictures of at most `reach` pixels until something is found."""
        long = max(pixels.shape[:2])
        looks = (
            (padding, min(enlargement, reach / (long * (1 + 2 * padding))))
            for padding, enlargement in ((0.0, 1.0), *RETRIES)
        )
        for padding, scale in dict.fromkeys(looks):  # large photos: some are the same
            if found := self._find(pixels, padding, scale):
                return found
        return []

    def _find_in_tiles(self, shrunk: Pixels, scale: float) -> Iterator[tuple[Found, bool]]:
        """Yield what is found in a copy of some scale, and whether it is cut by its tile."""
        height, width = shrunk.shape[:2]
        for tile in tiles(height, width, self.longest):
            part = shrunk[tile.top : tile.bottom, tile.left : tile.right]
            for (x, y, w, h), score in self._sure(part):
                there = Found((x + tile.left, y + tile.top, w, h), score)
                yield _moved(there, 0, scale), is_cut(there, tile, height, width)

    def _find(self, pixels: Pixels, padding: float, scale: float) -> list[Found]:
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
        return installed(package).version
    except PackageNotFoundError:
        return "unknown"
