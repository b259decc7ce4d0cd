"""Photos and the faces in them: the two records that travel everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .held import Held, holding

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Box = tuple[float, float, float, float]  # left, top, width, height in pixels


@dataclass(frozen=True, eq=False)
class Face:
    """One face, in pixels of its photo.

    Args:
        box: left, top, width, height; may reach over the border of the photo.
        score: confidence of the detector, 0 to 1.
        five: `(5, 2)` float32, the five points of dlib's aligner: corners of the
            eye on the right side of the picture (outer, inner), of the eye on its
            left side (outer, inner), and the base of the nose. None if unknown.
        points: `(68, 2)` float32, the 68 points of the iBUG 300-W mark-up. None if unknown.
    """

    box: tuple[float, float, float, float]
    score: float = 1.0
    five: Points | None = field(default=None, repr=False)
    points: Points | None = field(default=None, repr=False)

    @property
    def width(self) -> float:
        """Width of the box in pixels: the unit in which strengths are given."""
        return self.box[2]

    def moved(self, dx: float, dy: float, scale: float = 1.0) -> Face:
        """Return this face shifted by `(dx, dy)` pixels and then scaled."""
        x, y, w, h = self.box
        shift = np.array([dx, dy], np.float32)

        def move(points: Points | None) -> Points | None:
            return None if points is None else (points + shift) * np.float32(scale)

        return Face(
            ((x + dx) * scale, (y + dy) * scale, w * scale, h * scale),
            self.score,
            move(self.five),
            move(self.points),
        )


@holding("pixels")
@dataclass(frozen=True, eq=False)
class Photo:
    """One RGB picture with its stable name, its person and its faces.

    In a comparison of many photos the pixels lie on disk and are read when somebody asks for
    them, each time anew; see `evaluate/data/shelf.py`. So ask once, keep what was made of them
    and not them; `shape` and `relabelled` read nothing.

    Args:
        pixels: `(H, W, 3)`, uint8, RGB. Never written to.
        key: stable name, for example the path below the data folder. Seeds are made from it.
        identity: name of the person; empty where an attacker must not know it.
        faces: the faces, main face first; `()` if there are none, None if nobody has looked yet.
    """

    pixels: Pixels
    key: str = ""
    identity: str = ""
    faces: tuple[Face, ...] | None = None

    def __repr__(self) -> str:
        faces = "not looked for" if self.faces is None else len(self.faces)
        return f"Photo({self.key!r}, shape={self.shape}, faces={faces})"

    @property
    def held(self) -> Pixels | Held[np.uint8]:
        """The pixels, or where they lie."""
        held: Pixels | Held[np.uint8] = self.__dict__["pixels"]
        return held

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and 3, without reading the pixels."""
        return cast(tuple[int, int, int], np.shape(self.held))

    @property
    def face(self) -> Face | None:
        """The main face, or None."""
        return self.faces[0] if self.faces else None

    @property
    def face_width(self) -> float:
        """Width of the main face in pixels; the shorter side of the photo if it has none."""
        return self.face.width if self.face else float(min(self.shape[:2]))

    @property
    def is_grey(self) -> bool:
        """Whether the three channels are equal."""
        pixels = self.pixels
        return bool((pixels[..., 1:] == pixels[..., :1]).all())

    def with_pixels(self, pixels: Pixels | Held[np.uint8]) -> Photo:
        """Return the same photo with other pixels (and the same faces).

        They lie where those of this photo do, and nobody may write to them any more.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB; or what another photo has as `held`, which spares
                reading them.
        """
        held = self.held
        if isinstance(held, Held) and isinstance(pixels, np.ndarray):
            pixels = held.beside(pixels)
        return Photo(cast(Pixels, pixels), self.key, self.identity, self.faces)

    def relabelled(
        self,
        *,
        key: str | None = None,
        identity: str | None = None,
        faces: tuple[Face, ...] | None = None,
    ) -> Photo:
        """Return the same picture with another key, identity or faces; None: as they are.

        What `dataclasses.replace` does, but the pixels are not read.
        """
        return Photo(
            cast(Pixels, self.held),
            self.key if key is None else key,
            self.identity if identity is None else identity,
            self.faces if faces is None else faces,
        )


def check_pixels(pixels: Any) -> Pixels:
    """Return `pixels` if it is a uint8 RGB picture, else say what is wrong.

    Raises:
        TypeError: it is not an array.
        ValueError: wrong dtype, shape, or no pixels at all.
    """
    if not isinstance(pixels, np.ndarray):
        raise TypeError(f"a photo must be a NumPy array, got {type(pixels).__name__}")
    if pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size:
        return pixels
    cure = ""
    if pixels.dtype != np.uint8:
        cure = "; scale to 0-255 and convert with .astype(np.uint8)?"
    elif pixels.ndim == 2:
        cure = "; stack the grey channel three times?"
    elif pixels.ndim == 3 and pixels.shape[2] == 4:
        cure = "; drop the alpha channel with pixels[..., :3]?"
    raise ValueError(
        f"a photo must be uint8 RGB (H, W, 3), got {pixels.dtype} {pixels.shape}{cure}"
    )


def intersection_over_union(a: Box, b: Box) -> float:
    """Return the share of the joint area of two boxes that both cover, 0 to 1."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(0.0, wide) * max(0.0, high)
    return common / (a[2] * a[3] + b[2] * b[3] - common)
