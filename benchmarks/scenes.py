"""Photos of a wished size with faces of wished widths, put together from photos of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image

from unmask.defenses.faces.find import find_faces
from unmask.defenses.files.pictures import read_picture
from unmask.defenses.photo import Pixels

Box = tuple[float, float, float, float]
AROUND = 0.45  # of the face width that is shown beside it
_ENDINGS = (".jpg", ".jpeg", ".png", ".pgm")
_TRIES = 400


@dataclass(frozen=True)
class Kind:
    """What scenes are to be.

    Args:
        width: of the photo, pixels.
        height: of the photo, pixels.
        faces: how many.
        widths: of the faces, pixels, each in turn; empty shows photos as they are.
    """

    width: int
    height: int
    faces: int
    widths: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Width and height."""
        return f"{self.width}x{self.height}"


KINDS = (
    Kind(250, 250, 1),
    Kind(640, 480, 2, (60, 80, 100)),
    Kind(1920, 1080, 4, (60, 90, 120, 160, 200)),
    Kind(4032, 3024, 24, (40, 60, 80, 100, 120, 160, 200)),
)


class Scene(NamedTuple):
    """A photo and where its faces are."""

    pixels: Pixels
    boxes: tuple[Box, ...]


def portraits(folder: Path, most: int) -> list[Scene]:
    """Return photos below a folder that show one face, spread over its people.

    Raises:
        ValueError: there is none.
    """
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _ENDINGS)
    found = []
    for file in files[:: max(1, len(files) // (2 * most))]:
        pixels, _ = read_picture(file)
        faces = find_faces(pixels)
        if len(faces) == 1:
            found.append(Scene(pixels, (faces[0].box,)))
        if len(found) == most:
            break
    if not found:
        raise ValueError(f"no photos with one face in {folder}")
    return found


def compose(kind: Kind, people: Sequence[Scene], seed: int) -> Scene:
    """Put a scene together; the same arguments give the same one."""
    rng = default_rng([seed, kind.width])
    if not kind.widths:
        return people[seed % len(people)]
    pixels, boxes = _background(kind, rng), list[Box]()
    for number in range(kind.faces):
        person = people[int(rng.integers(len(people)))]
        width = kind.widths[(seed + number) % len(kind.widths)]
        cut, face = _cut(person, width)
        place = _free(kind, cut.shape[:2], boxes, rng)
        if place is not None:
            top, left = place
            pixels[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
            boxes.append((left + face[0], top + face[1], face[2], face[3]))
    return Scene(pixels, tuple(boxes))


def written(
    kind: Kind, people: Sequence[Scene], count: int, folder: Path
) -> dict[str, tuple[Box, ...]]:
    """Write scenes as JPEGs of quality 90, and return where their faces are."""
    folder.mkdir(parents=True)
    boxes = {}
    for number in range(count):
        scene, name = compose(kind, people, number), f"{number:05d}.jpg"
        Image.fromarray(scene.pixels).save(folder / name, quality=90)
        boxes[name] = scene.boxes
    return boxes


def _background(kind: Kind, rng: Generator) -> Pixels:
    """Soft patches of colour with the grain of a camera: nothing like a face."""
    small = rng.integers(40, 216, (kind.height // 60 + 2, kind.width // 60 + 2, 3))
    size = kind.width, kind.height
    patches = cv2.resize(small.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    patches += rng.normal(0, 3, (kind.height, kind.width, 1)).astype(np.float32)
    return np.rint(patches).clip(0, 255).astype(np.uint8)


def _cut(person: Scene, width: int) -> tuple[Pixels, Box]:
    """Return a part of a photo around its face, which is `width` pixels wide, and its box."""
    x, y, w, h = person.boxes[0]
    extra = AROUND * w
    left, top = max(0, round(x - extra)), max(0, round(y - extra))
    right = min(person.pixels.shape[1], round(x + w + extra))
    part = person.pixels[top : min(person.pixels.shape[0], round(y + h + extra)), left:right]
    scale = width / w
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    made = cv2.resize(part, size, interpolation=way).astype(np.uint8)
    return made, ((x - left) * scale, (y - top) * scale, width, h * scale)


def _free(
    kind: Kind, size: tuple[int, int], boxes: Sequence[Box], rng: Generator
) -> tuple[int, int] | None:
    """Return a place where no other face is near; None if none is found."""
    height, width = size
    for _ in range(_TRIES):
        top = int(rng.integers(max(1, kind.height - height)))
        left = int(rng.integers(max(1, kind.width - width)))
        if all(
            x > left + width + w or x + 2 * w < left or y > top + height + h or y + 2 * h < top
            for x, y, w, h in boxes
        ):
            return top, left
    return None
