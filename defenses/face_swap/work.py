"""One face on its way to a new one: the cut-out, its crop, mask and maps."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..faces.landmarks import with_landmarks
from ..photo import Face, Photo, Pixels
from .blend import placed, toned
from .crops import (
    SIZE,
    crop,
    crop_transform,
    enlarged,
    five_of,
    landmark_dots,
    landmark_maps,
    moved,
)
from .model import SwapNet
from .sample import sample

SMALLEST = 20  # faces that are narrower, in pixels, are pixelated


class Work:
    """What is made of one face.

    Args:
        photo: the cut-out with its face.
        points: `(68, 2)`, the landmarks.
        mask: `(H, W)`, 0 to 1, the region.
    """

    def __init__(
        self, photo: Photo, points: NDArray[np.float32], mask: NDArray[np.float32]
    ) -> None:
        self.photo = photo
        assert photo.face is not None
        self.face = photo.face
        self.points = points
        self.transform = crop_transform(points)
        self.crop = crop(photo.pixels, self.transform)
        place = (self.transform, (SIZE, SIZE))
        reach = cv2.warpAffine(
            mask, *place, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        self.mask = (cv2.dilate(reach, np.ones((3, 3), np.uint8)) > 0) & _reachable()
        self.maps = landmark_maps(moved(points, self.transform))
        back = cv2.warpAffine(
            self.mask.astype(np.float32),
            self.transform,
            mask.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        self.region = np.where(back > 0.5, mask, 0).astype(np.float32)

    def sampled(
        self, net: SwapNet, noise: Tensor, *, steps: int, start: float
    ) -> NDArray[np.float32]:
        """Return new crops by the built-in model, `(N, S, S, 3)`, float32, 0 to 255."""
        count = len(noise)
        source = torch.from_numpy(self.crop).permute(2, 0, 1)[None].float() / 127.5 - 1
        mask = torch.from_numpy(self.mask)[None, None].float()
        maps = torch.from_numpy(self.maps)[None].float() / 255
        same = [x.expand(count, -1, -1, -1) for x in (source, mask, maps)]
        made = sample(net, same[0], same[1], same[2], noise, steps=steps, start=start)
        crops = (made.permute(0, 2, 3, 1).cpu().numpy() + 1) * 127.5
        return self.finished(np.asarray(crops, np.float32))

    def at(self, side: int) -> tuple[Pixels, NDArray[np.bool_]]:
        """Return crop and mask at another size: `(side, side, 3)` and `(side, side)`."""
        if side == SIZE:
            return self.crop, self.mask
        pixels = crop(self.photo.pixels, enlarged(self.transform, side / SIZE), side)
        mask = cv2.resize(self.mask.astype(np.float32), (side, side))
        return pixels, np.asarray(mask > 0)  # rather too wide: no old face at the border

    def dots(self, side: int) -> Pixels:
        """Return the landmarks drawn for a ControlNet, `(side, side, 3)`."""
        return landmark_dots(moved(self.points, enlarged(self.transform, side / SIZE)), side)

    def finished(self, crops: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return new crops, `(N, S, S, 3)`, 0 to 255, grey if the photo is, with its tone."""
        if self.photo.is_grey:
            crops = np.broadcast_to(crops.mean(-1, keepdims=True), crops.shape)
        source, mask = self.at(crops.shape[1])
        return np.stack([toned(np.asarray(x, np.float32), source, mask) for x in crops])

    def placed(self, face: NDArray[np.float32]) -> Pixels:
        """Return the cut-out with a new crop blended in."""
        return placed(face, self.transform, self.photo.pixels, self.region)


def marked(photo: Photo) -> Face | None:
    """Return the face with its landmarks; None if it is too small for a new one."""
    face = photo.face
    if face is None or face.width < SMALLEST:
        return None
    if face.points is None:
        (face,) = with_landmarks(photo.pixels, [face])
    if face.points is None:
        return None
    right, left = five_of(face.points)[:2]
    apart = float(np.hypot(*(right - left)))
    return face if 0.1 * face.width < apart < face.width else None


@cache
def _reachable() -> NDArray[np.bool_]:
    """What the model may fill at most: some context must be left in the crop."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside = (np.abs(columns - 47.5) / 46) ** 6 + (np.abs(rows - 49.0) / 46) ** 6 <= 1
    return np.asarray(inside)
