"""Short videos made of photos, in which it is known where every face is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Face, Photo, Pixels
from unmask.defenses.faces.align import similarity_transform

SIDE, WIDE = 128, 64.0  # pixels of a picture in face coordinates, and of the face in it
GRAIN = 2.0  # grey levels of a camera's noise

Way = NDArray[np.float64]  # (2, 3), from face coordinates to a frame


@dataclass(frozen=True, eq=False)
class Actor:
    """A face that walks through a clip.

    Args:
        photo: where it is from, with the face and its landmarks.
        ways: where it is in each frame.
    """

    photo: Photo
    ways: Sequence[Way]

    @property
    def clean(self) -> Photo:
        """The face in face coordinates, with its landmarks."""
        face, way = self._face, _from_photo(self._face)
        shown = cv2.warpAffine(
            self.photo.pixels, way, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE
        )
        scale = float(way[0, 0])
        there = face.moved(way[0, 2] / scale, way[1, 2] / scale, scale)
        return Photo(np.asarray(shown, np.uint8), self.photo.key, self.photo.identity, (there,))

    @property
    def _face(self) -> Face:
        if self.photo.face is None:
            raise ValueError(f"an actor needs a face, {self.photo.key} has none")
        return self.photo.face

    def box(self, frame: int) -> tuple[float, float, float, float]:
        """Return where the face truly is in a frame."""
        (x, y, w, h), way = self.clean.face.box, self.ways[frame]  # type: ignore[union-attr]
        scale = float(way[0, 0])
        return x * scale + way[0, 2], y * scale + way[1, 2], w * scale, h * scale

    def share(self, shape: tuple[int, int], frame: int) -> NDArray[np.float32]:
        """Return how much of each pixel of a frame is the photo, whose border fades out."""
        height, width = self.photo.pixels.shape[:2]
        rows, columns = np.mgrid[:height, :width] + 0.5
        edge = np.minimum.reduce([rows, columns, height - rows, width - columns])
        share = (edge / (0.08 * width)).clip(0, 1).astype(np.float32)
        drawn = cv2.warpAffine(share, self._way(frame), shape[::-1])
        return np.asarray(drawn, np.float32)

    def drawn(self, canvas: Pixels, frame: int) -> None:
        """Draw the photo into a frame."""
        share = self.share((canvas.shape[0], canvas.shape[1]), frame)[..., None]
        size, border = canvas.shape[1::-1], cv2.BORDER_REPLICATE
        drawn = cv2.warpAffine(self.photo.pixels, self._way(frame), size, borderMode=border)
        canvas[:] = np.rint(canvas * (1 - share) + drawn * share)

    def _way(self, frame: int) -> Way:
        """Return the way from the photo to a frame."""
        to_face = np.vstack([_from_photo(self._face), [0, 0, 1]])
        return np.asarray(np.vstack([self.ways[frame], [0, 0, 1]]) @ to_face)[:2]


def clip(
    actors: Sequence[Actor], shape: tuple[int, int] = (240, 320), seed: int = 0
) -> list[Pixels]:
    """Return the frames: actors over a soft background, under the noise of a camera."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(70, 190, (5, 7, 3), np.uint8)
    room = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    frames = []
    for frame in range(len(actors[0].ways)):
        canvas = np.asarray(room, np.uint8).copy()
        for actor in actors:
            actor.drawn(canvas, frame)
        noisy = canvas + GRAIN * rng.standard_normal(canvas.shape, np.float32)
        frames.append(np.rint(noisy).clip(0, 255).astype(np.uint8))
    return frames


def still(count: int, *, scale: float = 1.0, x: float = 96.0, y: float = 56.0) -> list[Way]:
    """Return the ways of somebody who does not move."""
    return [np.array([[scale, 0, x], [0, scale, y]])] * count


def moving(
    count: int, *, start: tuple[float, float] = (30.0, 40.0),
    speed: tuple[float, float] = (1.37, 0.31), scale: float = 1.0, breath: float = 0.05,
) -> list[Way]:  # fmt: skip
    """Return the ways of somebody who walks by, and comes nearer and goes away a little."""
    ways = []
    for frame in range(count):
        size = scale * (1 + breath * math.sin(frame / 7))
        x, y = (at + v * frame for at, v in zip(start, speed, strict=True))
        ways.append(np.array([[size, 0, x], [0, size, y + 3 * math.sin(frame / 5)]]))
    return ways


def _from_photo(face: Face) -> Way:
    """Return the way from a photo to face coordinates: its box lies in the middle."""
    x, y, w, h = face.box
    corners = np.array([[x, y + h / 2], [x + w, y + h / 2]])
    there = (SIDE - WIDE) / 2
    return similarity_transform(corners, [[there, SIDE / 2], [there + WIDE, SIDE / 2]])
