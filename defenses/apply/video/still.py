"""One defended picture of a face, shown wherever that face is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ... import Defense, Face, Photo
from ...base import Outcome
from ...faces.landmarks import with_landmarks
from ...faces.regions import bounds
from ...photo import Pixels
from .track import Box

_AROUND = 2.0  # face sides of the picture around a face: what a defense looks at
_FREE = ("eyes", "image")  # regions that cannot be shown again in another place


@dataclass(frozen=True, eq=False)
class View:
    """A face in one frame, with what lies around it.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB; beyond the frame its border goes on.
        box: where in it the face is.
        quality: how well a face is seen, higher is better.
    """

    pixels: Pixels
    box: Box
    quality: float


@dataclass(frozen=True, eq=False)
class Still:
    """What is shown in the place of a face.

    Args:
        colours: `(H, W, 3)`, float32: new pixels, each times its share.
        share: `(H, W)`, float32, 0 to 1: how much of a pixel is new.
        box: where the face is, relative to the corner of the two.
        outcome: what the defense made of it.
        reason: what it said.
    """

    colours: NDArray[np.float32]
    share: NDArray[np.float32]
    box: Box
    outcome: Outcome
    reason: str


def fixed(defense: Defense) -> Defense:
    """Return the defense as it works on videos.

    Its region is decided by the box alone: `hull` becomes the ellipse, which is larger.

    Raises:
        ValueError: its region is the eyes, which turn, or the whole picture, which moves.
    """
    if defense.region in _FREE:
        raise ValueError(
            f"{defense.spec} has region={defense.region}, which cannot follow a face through a "
            "video; choose region=ellipse, box or head"
        )
    return replace(defense, region="ellipse") if defense.region == "hull" else defense


def quality(box: Box, score: float, shape: tuple[int, ...]) -> float:
    """Return how well a face is seen: sure, large, and within the frame."""
    x, y, w, h = box
    across = min(x + w, shape[1]) - max(x, 0)
    down = min(y + h, shape[0]) - max(y, 0)
    return score * max(across, 0) * max(down, 0)


def view(pixels: Pixels, box: Box, score: float, defense: Defense) -> View:
    """Cut a face out of a frame."""
    x, y, w, h = box
    around = (_AROUND + max(0.0, defense.margin) + defense.feather) * max(w, h)
    left, top = math.floor(x - around), math.floor(y - around)
    rows = np.arange(top, math.ceil(y + h + around)).clip(0, pixels.shape[0] - 1)
    columns = np.arange(left, math.ceil(x + w + around)).clip(0, pixels.shape[1] - 1)
    return View(
        pixels[rows][:, columns],
        (x - left, y - top, w, h),
        quality(box, score, pixels.shape),
    )


def made_still(defense: Defense, seen: View, key: str, seed: int) -> Still:
    """Defend the view of a face.

    Raises:
        ValueError: the defense failed.
    """
    faces = with_landmarks(seen.pixels, [Face(seen.box)])
    done = defense(Photo(seen.pixels, key, faces=faces), seed=seed)
    if done.outcome == "failed":
        raise ValueError(done.reason or f"{defense.name} failed")
    place = bounds(done.mask)
    share = done.mask[place]
    x, y, w, h = seen.box
    return Still(
        done.photo.pixels[place] * share[..., None],
        share,
        (x - place[1].start, y - place[0].start, w, h),
        done.outcome,
        done.reason,
    )


def show(pixels: Pixels, still: Still, box: Box) -> None:
    """Put the picture of a face where the face is, in place.

    Args:
        pixels: `(H, W, 3)`, uint8: the frame; changed.
        still: the picture.
        box: the face's box in the frame.
    """
    x, y, w, h = box
    u, v, wide, high = still.box
    across, down = w / wide, h / high
    rows, columns = still.share.shape
    left, top = x - u * across, y - v * down  # of the picture's corner in the frame
    inside = (
        slice(max(0, math.floor(top)), min(pixels.shape[0], math.ceil(top + rows * down))),
        slice(max(0, math.floor(left)), min(pixels.shape[1], math.ceil(left + columns * across))),
    )
    part = pixels[inside]
    if not part.size:
        return
    corner = left - inside[1].start, top - inside[0].start
    colours, share, whole = (
        _laid(plane, (columns * across, rows * down), corner, part.shape)
        for plane in (still.colours, still.share, (still.share >= 1).astype(np.float32))
    )
    new = colours / np.maximum(share, 1e-6)[..., None]
    share = np.where(whole > 0, 1, share)[..., None]  # no pixel is half of the old at a hard edge
    part[:] = np.rint(part * (1 - share) + new.clip(0, 255) * share).astype(np.uint8)


def _laid(
    plane: NDArray[Any],
    size: tuple[float, float],
    corner: tuple[float, float],
    shape: tuple[int, ...],
) -> NDArray[Any]:
    """Resize a plane to a size, lay its corner where told, and return what lies in a shape."""
    whole = [max(1, round(side)) for side in size]
    shrunk = [min(side, own) for side, own in zip(whole, reversed(plane.shape[:2]), strict=True)]
    plane = cv2.resize(plane, shrunk, interpolation=cv2.INTER_AREA)
    steps = [side / own for side, own in zip(size, shrunk, strict=True)]
    shift = [at + step / 2 - 0.5 for at, step in zip(corner, steps, strict=True)]
    way = np.array([[steps[0], 0, shift[0]], [0, steps[1], shift[1]]])
    return cv2.warpAffine(plane, way, (shape[1], shape[0]), flags=cv2.INTER_LINEAR)
