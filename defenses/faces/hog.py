"""The second detector: dlib's, on histograms of oriented gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ..photo import Pixels
from .base import Detector, Found


@dataclass(frozen=True)
class Hog(Detector):
    """Find upright frontal faces of at least 80 pixels by dlib.

    dlib's square reaches from the brows to the lower lip. It is widened to the box that
    the other detectors mean (medians over the ORL, LFW and London sets), so that a
    share of the face width is the same everywhere.

    Args:
        longest: see `Detector`.
        threshold: see `Detector`. The score is the logistic function of dlib's margin, so
            0.5 is dlib's own threshold.

    Reference:
        Navneet Dalal, Bill Triggs: Histograms of oriented gradients for human detection.
        CVPR 2005. Davis E. King: Max-margin object detection. arXiv:1502.00046, 2015.
    """

    longest: int = 960
    threshold: float = 0.5

    packages: ClassVar = ("dlib-bin", "dlib")
    sure: ClassVar = 80

    def detect(self, pixels: Pixels) -> list[Found]:
        """Return dlib's squares, widened to whole faces."""
        squares, margins, _ = _detector().run(pixels, 0, 0.0)
        return [
            Found(_whole_face(square), 1 / (1 + math.exp(-margin)))
            for square, margin in zip(squares, margins, strict=True)
        ]


@cache
def _detector() -> Any:
    import dlib

    return dlib.get_frontal_face_detector()


def _whole_face(square: Any) -> tuple[float, float, float, float]:
    side = float(square.width())
    width, height = side / 1.09, side / 0.84
    x = (square.left() + square.right() + 1) / 2 - 0.5 * width
    y = (square.top() + square.bottom() + 1) / 2 - 0.57 * height
    return x, y, width, height
