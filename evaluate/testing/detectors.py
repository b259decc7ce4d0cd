"""The contract of a face detector."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np

from unmask.defenses.faces.base import Detector, Found
from unmask.defenses.faces.find import DETECTORS
from unmask.defenses.photo import Box, intersection_over_union
from unmask.defenses.testing import require

from .running import Check, called, registered, rests_on
from .subjects import faces, flat, portrait, portrait_face

_OVERLAP = 0.3  # of the boxes of two detectors, which draw them otherwise
_SHARE = 0.9  # of a box that lies within the photo


def registered_by_a_name(detector: Detector) -> None:
    """Its class is that of an entry point."""
    registered(DETECTORS, detector)


def finds_a_face(detector: Detector) -> None:
    """A portrait of 256 pixels has a face, where it is."""
    found, face = detector.find(portrait().pixels), portrait_face()
    best = max((intersection_over_union(one.box, face.box) for one in found), default=0.0)
    require(
        best >= _OVERLAP,
        f"{called(detector)} misses a face of {face.width:.0f} pixels in the middle of a photo; "
        f"it found {[tuple(round(side) for side in one.box) for one in found]}",
    )


def finds_none_in_a_flat_picture(detector: Detector) -> None:
    """One grey holds no face."""
    for shape in ((160, 120), (300, 300)):
        found = detector.find(flat(*shape))
        require(not found, f"{called(detector)} finds {len(found)} faces in a plain grey picture")


def boxes_lie_in_the_photo(detector: Detector) -> None:
    """Boxes are left, top, width, height in pixels of the photo, in any size of it."""
    for pixels in _sizes():
        height, width = pixels.shape[:2]
        for x, y, w, h in (one.box for one in detector.find(pixels)):
            finite = bool(np.isfinite([x, y, w, h]).all())
            require(finite and w > 0 and h > 0, f"{called(detector)} gives the box {(x, y, w, h)}")
            wide = min(x + w, width) - max(x, 0)
            high = min(y + h, height) - max(y, 0)
            inside = max(wide, 0) * max(high, 0) / (w * h)
            require(
                inside >= 1 - _SHARE,
                f"{called(detector)} gives a box {tuple(round(s) for s in (x, y, w, h))} outside "
                f"of a photo of {width}x{height}",
            )


def scores_are_shares(detector: Detector) -> None:
    """Scores lie between the threshold and 1."""
    for pixels in _sizes():
        for one in detector.find(pixels):
            require(
                detector.threshold <= one.score <= 1,
                f"{called(detector)} is {one.score} sure of a face; from its threshold "
                f"{detector.threshold} to 1 is possible",
            )


def same_faces_again(detector: Detector) -> None:
    """Neither a second look nor the photo before changes what is found."""
    one, other = faces()[0].pixels, portrait().pixels
    first = detector.find(other)
    detector.find(one)
    second = detector.find(other)
    require(
        [*map(_told, first)] == [*map(_told, second)],
        f"{called(detector)} finds {len(first)} faces in a photo, and {len(second)} others in it "
        "after another photo",
    )


def scales_with_the_photo(detector: Detector) -> None:
    """In a photo that is twice as large the face is twice as large."""
    small, face = portrait().pixels, portrait_face()
    large = cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    x, y, w, h = face.box
    wanted: Box = (2 * x, 2 * y, 2 * w, 2 * h)
    best = max((intersection_over_union(f.box, wanted) for f in detector.find(large)), default=0.0)
    require(
        best >= _OVERLAP,
        f"{called(detector)} misses the face in the same photo of 512 pixels; must boxes be given "
        "in pixels of the picture that detect() gets?",
    )


def leaves_photos_alone(detector: Detector) -> None:
    """The pixels that it is shown are as before."""
    pixels = portrait().pixels.copy()
    detector.find(pixels)
    require(np.array_equal(pixels, portrait().pixels), f"{called(detector)} writes to its photos")


def fingerprint_tells_settings(detector: Detector) -> None:
    """Another threshold has another fingerprint: what was found is kept by it."""
    other = replace(detector, threshold=0.9 if detector.threshold < 0.5 else 0.1)
    marks = {one.fingerprint for one in (detector, other)}
    require(len(marks) == 2, f"{called(detector)} has one fingerprint for two thresholds")
    again = type(detector)(
        **{f.name: getattr(detector, f.name) for f in fields(detector) if f.init}
    )
    require(
        again.fingerprint == detector.fingerprint,
        f"{called(detector)} has another fingerprint each time it is built",
    )


detector_checks: tuple[Check, ...] = (
    registered_by_a_name,
    finds_a_face,
    finds_none_in_a_flat_picture,
    boxes_lie_in_the_photo,
    scores_are_shares,
    rests_on(same_faces_again),
    scales_with_the_photo,
    leaves_photos_alone,
    rests_on(fingerprint_tells_settings),
)


def _sizes() -> list[np.ndarray]:
    """Return photos of many shapes, tiny ones too."""
    whole = portrait().pixels
    return [
        whole,
        whole[:120],
        whole[:, 60:160],
        whole[::8, ::8],
        whole[:1, :1],
        faces()[0].pixels,
    ]


def _told(found: Found) -> tuple[float, ...]:
    return (*(round(float(side), 3) for side in found.box), round(float(found.score), 5))
