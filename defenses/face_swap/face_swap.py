"""The face swap: a new face where the old one was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..base import Defended, Defense
from ..faces.dlib_net import dlib_chip, load_dlib_net
from ..faces.hog import Hog
from ..faces.landmarks import with_landmarks
from ..mask import Mask
from ..photo import Face, Photo, Pixels
from ..pixelate import Pixelate
from ..space import Choice, Range
from .blend import placed, toned
from .crops import SIZE, crop, crop_transform, five_of, landmark_maps, moved
from .model import SwapNet, load_weights
from .sample import sample

WEIGHTS = Path(__file__).with_name("face_swap.safetensors")
CONSISTENCY = ("fixed", "person", "photo")
SMALLEST = 20  # faces that are narrower, in pixels, are pixelated
FAR = 0.7  # distance by dlib's network; 0.6 is where two people begin
CALM = 0.85  # deviation of the noise; below 1 faces are less varied and less often broken
_TRIES = 1  # further draw where no face is found in the result
_notes: ContextVar[dict[str, list[str]] | None] = ContextVar("face_swap_notes", default=None)


@dataclass(frozen=True)
class FaceSwap(Defense):
    """Replace the face by one that a small diffusion model makes up.

    The model sees what lies around the region and 68 landmarks, so pose, expression and
    tone stay (the mean colour is copied), and so do hair and surroundings, by which an informed
    attacker may know the person. How much is made anew is `region` and `margin`; what lies
    beyond the model's crop (about twice the face) stays. A result in which the HOG detector
    finds no face, though it finds the old one, is drawn again, and masked after that; faces
    under 20 pixels are pixelated. Both are told in `Defended.reason`.

    H. Hukkelas, R. Mester, F. Lindseth: DeepPrivacy, ISVC 2019, is the first of this kind; the
    model is described in its model card beside the weights.

    Args:
        noise: 1: the new face starts from nothing. Less keeps more of the old face (Meng et
            al.: SDEdit, ICLR 2022).
        candidates: faces that are drawn. Taken is the one farthest from the old face by
            dlib's network, so judge by another recognizer; beyond a distance of 0.7, where
            more only means odder, the one that looks most like a face to HOG. Only for
            `consistency=photo`.
        steps: evaluations of the model for each face.
        consistency: `photo`, a new face for each photo; `person`, for all photos of one
            identity faces from the same noise, in every run, which can be linked to each other
            (photos without an identity: as `photo`); `fixed`, the same noise for everybody.
        weights: file of another model made by the training command; empty: our own.

    Raises:
        FileNotFoundError: on use, if the weights are missing.

    Half a second a face on one core: it is left out of the default table, so name it.

    Example:
        >>> small = Photo(np.zeros((40, 30, 3), np.uint8), faces=(Face((5, 5, 12, 16)),))
        >>> FaceSwap()(small).reason
        'a face under 20 pixels was pixelated'
    """

    noise: float = 1.0
    candidates: int = 2
    steps: int = 12
    consistency: str = "photo"
    weights: str = ""
    margin: float = field(default=0.05, kw_only=True)
    random: ClassVar = True
    diagnostic: ClassVar = True  # slow, so only where it is asked for
    space: ClassVar = {
        "noise": Range(0.5, 1.0),
        "margin": Range(-0.1, 0.3),
        "candidates": Range(1, 4, log=True, integer=True),
        "consistency": Choice(CONSISTENCY),
    }

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("noise", 0.05, 1)
        self.check("candidates", 1, 64)
        self.check("steps", 1, 1000)
        if self.consistency not in CONSISTENCY:
            raise ValueError(
                f"consistency must be one of {', '.join(CONSISTENCY)}, got '{self.consistency}'"
            )

    def many(self, photos: Sequence[Photo], *, seed: int = 0) -> list[Defended]:
        """Defend photos; `reason` tells which faces were not swapped."""
        notes: dict[str, list[str]] = {}
        token = _notes.set(notes)
        try:
            made = super().many(photos, seed=seed)
        finally:
            _notes.reset(token)
        return [
            replace(
                one, reason="; ".join(filter(None, (one.reason, *notes.get(one.photo.key, ()))))
            )
            for one in made
        ]

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the cut-out with a new face."""
        face = _marked(photo)
        if face is None or face.points is None:
            _note(photo, "a face under 20 pixels was pixelated")
            return Pixelate(blocks=4).apply(photo, rng)
        photo = replace(photo, faces=(face,))
        work = _Work(photo, face.points, self.mask_of(photo))
        for draw in range(1 + _TRIES):
            made, surety = self._drawn(work, rng, draw)
            if surety >= 0.5:
                return made
            if draw == 0 and _surety(photo.pixels, face) < 0.5:
                return made  # a profile, say: the detector cannot judge
        _note(photo, "a face was masked, no good one could be made")
        return Mask(fill="mean").apply(photo, rng)

    def _drawn(self, work: _Work, rng: np.random.Generator, draw: int) -> tuple[Pixels, float]:
        """Return the cut-out with the best of the candidates, and how sure its face is."""
        count = self.candidates if self.consistency == "photo" else 1
        noise = self._noise(work.photo, rng, draw, count)
        faces = work.sampled(load(self.weights), noise, steps=self.steps, start=self.noise)
        made = [work.placed(face) for face in faces]
        sureties = [_surety(pixels, work.face) for pixels in made]
        best = 0
        if count > 1:
            far = [min(distance, FAR) for distance in _distances(work.photo, made)]
            best = max(range(count), key=lambda i: (sureties[i] >= 0.5, far[i], sureties[i]))
        return made[best], sureties[best]

    def _noise(self, photo: Photo, rng: np.random.Generator, draw: int, count: int) -> Tensor:
        if self.consistency == "fixed":
            rng = np.random.default_rng([0, draw])
        elif self.consistency == "person" and photo.identity:
            digest = hashlib.sha256(f"face swap of {photo.identity}".encode()).digest()
            rng = np.random.default_rng([int.from_bytes(digest[:16]), draw])
        return torch.from_numpy(CALM * rng.standard_normal((count, 3, SIZE, SIZE), np.float32))


class _Work:
    """One face on its way: the cut-out, its crop, mask and maps."""

    def __init__(
        self, photo: Photo, points: NDArray[np.float32], mask: NDArray[np.float32]
    ) -> None:
        self.photo = photo
        assert photo.face is not None
        self.face = photo.face
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
        """Return new crops, `(N, S, S, 3)`, float32, 0 to 255."""
        count = len(noise)
        source = torch.from_numpy(self.crop).permute(2, 0, 1)[None].float() / 127.5 - 1
        mask = torch.from_numpy(self.mask)[None, None].float()
        maps = torch.from_numpy(self.maps)[None].float() / 255
        same = [x.expand(count, -1, -1, -1) for x in (source, mask, maps)]
        made = sample(net, same[0], same[1], same[2], noise, steps=steps, start=start)
        crops = (made.permute(0, 2, 3, 1).numpy() + 1) * 127.5
        if self.photo.is_grey:
            crops = np.broadcast_to(crops.mean(-1, keepdims=True), crops.shape)
        return np.stack([toned(np.asarray(x, np.float32), self.crop, self.mask) for x in crops])

    def placed(self, face: NDArray[np.float32]) -> Pixels:
        """Return the cut-out with a new crop blended in."""
        return placed(face, self.transform, self.photo.pixels, self.region)


@cache
def load(weights: str) -> SwapNet:
    """Return the model, one copy per process; empty: the one that ships with the package."""
    return load_weights(Path(weights) if weights else WEIGHTS).to(torch.bfloat16)


@cache
def _reachable() -> NDArray[np.bool_]:
    """What the model may fill at most: some context must be left in the crop."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside = (np.abs(columns - 47.5) / 46) ** 6 + (np.abs(rows - 49.0) / 46) ** 6 <= 1
    return np.asarray(inside)


def _marked(photo: Photo) -> Face | None:
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


def _note(photo: Photo, text: str) -> None:
    notes = _notes.get()
    if notes is not None:
        notes.setdefault(photo.key, []).append(text)


def _surety(pixels: Pixels, face: Face) -> float:
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


def _distances(photo: Photo, made: Sequence[Pixels]) -> list[float]:
    """Return how far each picture is from the photo by dlib's network, one at a time."""
    vectors = []
    for pixels in (photo.pixels, *made):
        chip = torch.from_numpy(dlib_chip(photo.with_pixels(pixels)))
        with torch.no_grad():
            vectors.append(load_dlib_net()(chip.permute(2, 0, 1)[None].float())[0])
    return [float((vector - vectors[0]).norm()) for vector in vectors[1:]]
