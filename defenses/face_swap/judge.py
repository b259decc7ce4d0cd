"""How good a new face is: whether it looks like a face, and how far it is from the old one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch

from ..faces.dlib_chip import dlib_chip
from ..faces.dlib_net import load_dlib_net
from ..faces.hog import Hog
from ..photo import Face, Photo, Pixels


def surety(pixels: Pixels, face: Face) -> float:
    """Return how sure the HOG detector is of a face at this one's place; 0: none."""
    x, y, w, h = face.box
    edge = 0.35 * w
    rows = slice(max(0, round(y - edge)), max(1, round(y + h + edge)))
    columns = slice(max(0, round(x - edge)), max(1, round(x + w + edge)))
    cut = pixels[rows, columns]
    if not cut.size:
        return 0.0
    scale = 120 / max(w, 1.0)  # HOG sees faces from 80 pixels
    size = [max(1, round(side * scale)) for side in reversed(cut.shape[:2])]
    resized = cv2.resize(
        cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    middle = ((x + w / 2 - columns.start) * scale, (y + h / 2 - rows.start) * scale)
    return max(
        (
            score
            for (a, b, c, d), score in Hog().detect(np.ascontiguousarray(resized, np.uint8))
            if abs(a + c / 2 - middle[0]) < 40 and abs(b + d / 2 - middle[1]) < 50
        ),
        default=0.0,
    )


def distances(photo: Photo, made: Sequence[Pixels]) -> list[float]:
    """Return how far each picture is from the photo by dlib's network, one at a time."""
    vectors = []
    for pixels in (photo.pixels, *made):
        chip = torch.from_numpy(dlib_chip(photo.with_pixels(pixels)))
        with torch.no_grad():
            vectors.append(load_dlib_net()(chip.permute(2, 0, 1)[None].float())[0].cpu())
    return [float((vector - vectors[0]).norm()) for vector in vectors[1:]]
