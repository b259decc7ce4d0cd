"""The base of all face detectors: shrinking, padding and enlarging happen here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar, NamedTuple

import cv2
import numpy as np

from ..photo import Pixels

RETRIES = ((0.3, 2.0), (0.3, 1.5), (0.1, 1.0))  # padding (share of the long side), enlargement


class Found(NamedTuple):
    """One face as a detector sees it.

    Args:
        box: left, top, width, height in pixels of the photo; may reach over its border.
            It spans the face from mid-forehead to chin, and from ear to ear.
        score: confidence, 0 to 1.
    """

    box: tuple[float, float, float, float]
    score: float


@dataclass(frozen=True)
class Detector(ABC):
    """Something that finds faces; a subclass implements `detect`.

    Args:
        longest: long side in pixels to which larger photos are shrunk first. Higher finds
            smaller faces and takes longer.
        threshold: lowest score of a face, 0 to 1.
    """

    longest: int = 640
    threshold: float = 0.4

    packages: ClassVar[tuple[str, ...]] = ()  # whose versions change what is found

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
        return f"{self!r} {' '.join(f'{name}={_version(name)}' for name in self.packages)}"

    def find(self, pixels: Pixels) -> list[Found]:
        """Return the faces in a photo of any size.

        The photo is never enlarged at first. If that finds nothing it is padded by
        replication, since heads that fill the frame lack the surroundings a detector was
        trained with, and enlarged if it is small.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB.

        Returns:
            Boxes and scores in pixels of the photo, in any order.
        """
        for padding, enlargement in ((0.0, 1.0), *RETRIES):
            if found := self._find(pixels, padding, enlargement):
                return found
        return []

    def _find(self, pixels: Pixels, padding: float, enlargement: float) -> list[Found]:
        long = max(pixels.shape[:2])
        scale = min(enlargement, self.longest / (long * (1 + 2 * padding)))
        if scale != 1:
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            size = [max(1, round(side * scale)) for side in reversed(pixels.shape[:2])]
            pixels = cv2.resize(pixels, size, interpolation=way).astype(np.uint8, copy=False)
        border = int(padding * max(pixels.shape[:2]))
        if border:
            pixels = np.pad(pixels, ((border, border), (border, border), (0, 0)), "edge")
        found = self.detect(np.ascontiguousarray(pixels))
        return [_moved(one, border, scale) for one in found if one.score >= self.threshold]


def _moved(found: Found, border: int, scale: float) -> Found:
    x, y, w, h = found.box
    box = ((x - border) / scale, (y - border) / scale, w / scale, h / scale)
    return Found(box, found.score)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
