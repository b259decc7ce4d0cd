"""Training data of the face-swap model: crops of photos, and batches with random masks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unmask.defenses.face_swap.crops import SIZE, crop, crop_transform, landmark_maps, moved
from unmask.defenses.faces.find import find_many
from unmask.defenses.files.pictures import SUFFIXES, read_picture
from unmask.defenses.photo import Photo, Pixels, Points

HELD_OUT = 0.125  # share of people that the model never sees
_GREY = 0.08  # share of training crops without colour


def held_out(identity: str) -> bool:
    """Whether the face-swap model never trains on this person: by a hash of the name."""
    digest = hashlib.sha256(f"face swap {identity}".encode()).digest()
    return int.from_bytes(digest[:4]) < HELD_OUT * 2**32


@dataclass(frozen=True, eq=False)
class Crops:
    """Upright faces.

    Args:
        pixels: `(N, S, S, 3)`, uint8.
        points: `(N, 68, 2)`, float32, in pixels of the crop.
        names: `(N,)`, the name of the person.
    """

    pixels: NDArray[np.uint8]
    points: NDArray[np.float32]
    names: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.pixels)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Crops:
        """Return some of them."""
        return Crops(self.pixels[which], self.points[which], self.names[which])

    def parts(self) -> tuple[Crops, Crops]:
        """Return those to train on and those of people held out."""
        kept = np.array([held_out(str(name)) for name in self.names])
        return self.take(~kept), self.take(kept)

    def shares(self, power: float = 0.5) -> NDArray[np.float64]:
        """Return how often to draw each: a person with n photos weighs n to the `power`.

        Press photos show few people very often, mostly men; this evens it out.
        """
        _, person, counts = np.unique(self.names, return_inverse=True, return_counts=True)
        weights = counts[person] ** (power - 1.0)
        return np.asarray(weights / weights.sum())


def prepare(photos: Path, store: Path) -> Crops:
    """Cut out the main face of every photo, or read what an earlier run cut out.

    Args:
        photos: one folder per person.
        store: NumPy file for the crops; it holds pictures of people, so keep it private.

    Raises:
        ValueError: no faces in that folder.
    """
    if store.is_file():
        with np.load(store) as file:
            return Crops(file["pixels"], file["points"], file["names"])
    files = [path for path in sorted(photos.glob("*/*")) if path.suffix.lower() in SUFFIXES]
    cut = [entry for path in files if (entry := _cut(path)) is not None]
    if not cut:
        raise ValueError(f"{photos} must hold one folder of photos per person, no face was found")
    pixels, points, names = (np.stack(column) for column in zip(*cut, strict=True))
    part = store.with_suffix(".part.npz")
    np.savez(part, pixels=pixels, points=points, names=names)
    part.replace(store)
    return Crops(pixels, points, names)


def _cut(path: Path) -> tuple[Pixels, Points, NDArray[np.str_]] | None:
    try:
        pixels, _ = read_picture(path)
    except ValueError:
        return None
    face = Photo(pixels, faces=find_many([pixels])[0]).face
    if face is None or face.points is None or face.width < 40:
        return None
    transform = crop_transform(face.points)
    return crop(pixels, transform), moved(face.points, transform), np.array(path.parent.name)


class Batch(NamedTuple):
    """What the network is trained on, as `SwapNet.forward` takes it."""

    clean: Tensor
    mask: Tensor
    maps: Tensor

    @property
    def known(self) -> Tensor:
        """The part outside the mask."""
        return self.clean * (1 - self.mask)


def batches(crops: Crops, size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Yield random batches for ever: flipped, recoloured, landmarks a little off."""
    shares = crops.shares()
    while True:
        yield varied(crops.take(rng.choice(len(crops), size, p=shares)), rng)


def varied(crops: Crops, rng: np.random.Generator) -> Batch:
    """Make a training batch of crops."""
    pixels, points = crops.pixels.astype(np.float32) / 127.5 - 1, crops.points.copy()
    for i in range(len(crops)):
        if rng.random() < 0.5:
            pixels[i] = pixels[i, :, ::-1]
            points[i, :, 0] = SIZE - 1 - points[i, :, 0]
        if rng.random() < _GREY:
            pixels[i] = pixels[i].mean(-1, keepdims=True)
        else:
            pixels[i] *= rng.uniform(0.94, 1.06, 3).astype(np.float32)
        pixels[i] = pixels[i] * rng.uniform(0.9, 1.1) + rng.uniform(-0.1, 0.1)
    masks = np.stack([random_mask(shape, rng) for shape in points])
    points += rng.normal(0, 0.4, points.shape).astype(np.float32)
    return _batch(np.clip(pixels, -1, 1), masks, points)


def plain(crops: Crops, mask: NDArray[np.float32]) -> Batch:
    """Make a batch of crops as they are, all with one mask."""
    masks = np.broadcast_to(mask, (len(crops), SIZE, SIZE))
    return _batch(crops.pixels.astype(np.float32) / 127.5 - 1, masks, crops.points)


def _batch(pixels: NDArray[np.float32], masks: NDArray[np.float32], points: Points) -> Batch:
    maps = np.stack([landmark_maps(shape) for shape in points])
    return Batch(
        torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))),
        torch.from_numpy(np.ascontiguousarray(masks[:, None])),
        torch.from_numpy(maps).float() / 255,
    )


def random_mask(points: Points, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a region from inner face to head: a rounded box or ellipse, or the landmarks' hull.

    Args:
        points: `(68, 2)`, in pixels of the crop.
        rng: the source of randomness.

    Returns:
        `(S, S)`, float32, 0 or 1.
    """
    if rng.random() < 0.2:
        brows = points[17:27]
        outline = np.concatenate([points, brows + 0.6 * (brows.mean(0) - points[33])])
        mask = np.zeros((SIZE, SIZE), np.uint8)
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(outline).astype(np.int32)), 1)
        margin = 2 * int(rng.integers(0, 8)) + 1
        return cv2.dilate(mask, np.ones((margin, margin), np.uint8)).astype(np.float32)
    size = rng.beta(1.3, 1.3)
    across = 23 + 23 * size + rng.normal(0, 1.5)
    down = 30 + 17 * size + rng.normal(0, 1.5)
    return oval(across, down, rng.normal(0, 1.5, 2), 2 + 4 * rng.random() ** 2)


def oval(
    across: float, down: float, shift: NDArray[np.float64] | None = None, power: float = 2.0
) -> NDArray[np.float32]:
    """Draw an ellipse around the face of a crop, or with a higher power a rounded box.

    Args:
        across: half its width in pixels of the crop.
        down: half its height.
        shift: of its centre, `(2,)`.
        power: 2 for an ellipse.

    Returns:
        `(S, S)`, float32, 0 or 1.
    """
    rows, columns = np.mgrid[:SIZE, :SIZE]
    x, y = np.array((47.5, 53.0)) + (0 if shift is None else shift)
    inside = np.abs((columns - x) / across) ** power + np.abs((rows - y) / down) ** power <= 1
    return np.asarray(inside, np.float32)
