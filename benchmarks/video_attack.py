"""What many frames of one defended face tell beyond one: averaging and super-resolution.

The attacker knows the defense with its settings (not its seed) and, exactly, how the face
moves: what lies around the region tells that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo, Pixels
from unmask.defenses.faces.regions import region_mask

from .video_clips import SIDE, Way

Floats = NDArray[np.float32]
Model = Callable[[Pixels, int], Pixels]  # a picture and the number of a frame to a defended one

_STEPS = 8
_STEP = 0.8
_SKIP = 2  # every second frame explains nearly as much
_SMOOTHED = (1, 2, 3)  # pixels in face coordinates


def aligned(frame: NDArray[Any], way: Way) -> Floats:
    """Return a frame in face coordinates, `(SIDE, SIDE, 3)`."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    shown = cv2.warpAffine(frame, way, (SIDE, SIDE), flags=flags, borderMode=border)
    return np.asarray(shown, np.float32)


def guesses(
    frames: Sequence[Pixels], ways: Sequence[Way], model: Model | None
) -> Mapping[str, Pixels]:
    """Return what an attacker makes of defended frames, in face coordinates.

    Args:
        frames: defended frames.
        ways: from face coordinates to each frame.
        model: what the defense does to a frame, without its noise; None if that is nothing.

    Returns:
        By name of the attack: mean and median of the aligned frames; the picture that, moved
        and defended, explains them best (Michal Irani, Shmuel Peleg: Improving Resolution by
        Image Registration. CVGIP 1991); and each of these smoothed, against noise.
    """
    stack = np.stack([aligned(frame, way) for frame, way in zip(frames, ways, strict=True)])
    mean = stack.mean(0)
    found = {"mean": mean, "median": np.median(stack, 0).astype(np.float32)}
    if model is not None:
        found["explained"] = _explained(frames, ways, mean, model)
    smooth = {
        f"{name}, smoothed by {sigma}": cv2.GaussianBlur(guess, (0, 0), sigma)
        for name, guess in found.items()
        for sigma in _SMOOTHED
    }
    return {
        name: np.rint(guess.clip(0, 255)).astype(np.uint8)
        for name, guess in {**found, **smooth}.items()
    }


def correlation(guess: Pixels, clean: Photo) -> float:
    """Return the correlation with the clean face within the ellipse of its box; 0 if flat."""
    inside = region_mask((SIDE, SIDE), clean.face, "ellipse") > 0
    a, b = (np.asarray(p[inside], np.float64).mean(1) for p in (guess, clean.pixels))
    if a.std() < 1e-6 or b.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _explained(
    frames: Sequence[Pixels], ways: Sequence[Way], start: Floats, model: Model
) -> Floats:
    guess, some = start.copy(), range(0, len(frames), _SKIP)
    for _ in range(_STEPS):
        missing = np.zeros_like(guess)
        for number in some:
            frame, way = frames[number], ways[number]
            shown = frame.copy()
            cv2.warpAffine(
                np.rint(guess.clip(0, 255)).astype(np.uint8), way, frame.shape[1::-1], shown,
                flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT,
            )  # fmt: skip
            left = frame.astype(np.float32) - model(shown, number)
            missing += aligned(left, way)
        guess += _STEP * missing / len(some)
    return guess
