"""The face swap: a new face where the old one was."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from unmask.device import once_a_device, placed

from ..base import Defended, Defense
from ..mask import Mask
from ..photo import Photo, Pixels
from ..pixelate import Pixelate
from ..space import Choice, Range
from .adapters import reference
from .crops import SIZE
from .judge import distances, surety
from .model import SwapNet, load_weights, precision
from .pipeline import DTYPES, SCHEDULERS, inpainted, load_pipeline, side_of
from .work import Work, marked

WEIGHTS = Path(__file__).with_name("face_swap.safetensors")
CONSISTENCY = ("fixed", "photo")
FAR = 0.66  # distance by dlib's network; 0.6 is where two people begin
CALM = 0.95  # deviation of the noise; below 1 faces are less varied, and sooner the old one
_STEERING = ("controlnet", "ip_adapter", "ip_image")
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
            dlib's network, so judge by another recognizer; beyond a distance of 0.66, where
            more only means odder, the one that looks most like a face to HOG. Only for
            `consistency=photo`.
        steps: evaluations of the model for each face.
        consistency: `photo`, a new face for each photo; `fixed`, the same noise for everybody.
            There is no choice of one face a person: who is on a photo is told no defense.
        weights: file of another model made by the training command; empty: our own.
        model: hub id or folder of a diffusers inpainting pipeline (Stable Diffusion 1.5, 2 or
            XL) that draws the faces instead; empty: the model of this package. Without a
            ControlNet it sees no landmarks, so pose and expression are its guess. Weights must
            be safetensors; a hub id that is not in the hub's local cache is downloaded. A
            safety checker is left as the pipeline has it, on or off; a picture that it
            blacks out has no face and is drawn again, then masked.
        prompt: what the pipeline is told; `_` is read as a space. Age or gender only if you
            name them.
        scheduler: `euler`, `ddim`, `lcm` or `dpm` instead of the pipeline's own.
        dtype: `float32`, `float16` or `bfloat16`, of the pipeline.
        guidance: weight of the prompt; 1 or less: the prompt is used without guidance.
        controlnet: hub id or folder of a ControlNet for the pipeline that was trained on
            OpenPose's drawings of faces: it gets the 68 landmarks as white dots, so that
            pose and expression stay.
        controlnet_scale: its weight, 0 to 2.
        ip_adapter: file of an IP-Adapter, or `owner/name/folder/file` on the hub: the new face
            takes after the pictures of `ip_image`.
        ip_image: picture, or folder of pictures of which each face draws one. Give faces that
            nobody has: who is in them may be recognized in the result, and a picture of
            the person to be hidden brings the old face back.
        ip_scale: weight of the picture, 0 to 1.

    Raises:
        FileNotFoundError: on use, if the weights are missing.
        ValueError: on use, if the pipeline cannot be loaded.

    Half a second a face on one core: it is left out of the default table, so name it. It runs
    where `--device` says; the noise is drawn on the processor, so that a seed means the same
    face on all devices but for rounding. Only on `cpu` do the last bits of a pipeline not
    depend on the batch.

    Example:
        >>> from unmask.defenses import Face, Photo
        >>> small = Photo(np.zeros((40, 30, 3), np.uint8), faces=(Face((5, 5, 12, 16)),))
        >>> FaceSwap()(small).reason
        'a face under 20 pixels was pixelated'
    """

    noise: float = 1.0
    candidates: int = 4
    steps: int = 8
    consistency: str = "photo"
    weights: str = ""
    model: str = ""
    prompt: str = "a_photo_of_a_face_in_natural_light"
    scheduler: str = ""
    dtype: str = "float32"
    guidance: float = 5.0
    controlnet: str = ""
    controlnet_scale: float = 1.0
    ip_adapter: str = ""
    ip_image: str = ""
    ip_scale: float = 0.6
    margin: float = field(default=0.08, kw_only=True)
    random: ClassVar = True
    reads_landmarks: ClassVar = frozenset({"five", "points"})  # five: it judges by dlib
    diagnostic: ClassVar = True  # slow, so only where it is asked for
    space: ClassVar = {
        "noise": Range(0.5, 1.0),
        "margin": Range(-0.1, 0.3),
        "candidates": Range(1, 8, log=True, integer=True),
        "steps": Range(6, 24, log=True, integer=True),
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
        self.check("guidance", 0, 50)
        self.check("controlnet_scale", 0, 2)
        self.check("ip_scale", 0, 1)
        for name in (*_STEERING, "model", "prompt", "scheduler", "dtype"):
            if not isinstance(value := getattr(self, name), str):
                raise TypeError(f"{name} must be text, got {value!r}")
        for name in _STEERING:
            if getattr(self, name) and not self.model:
                raise ValueError(f"{name} steers a diffusers pipeline; name one by model=")
        if bool(self.ip_adapter) != bool(self.ip_image):
            raise ValueError("ip_adapter and ip_image go together; give both or none")
        if self.scheduler and self.scheduler not in SCHEDULERS:
            raise ValueError(
                f"scheduler must be one of {', '.join(SCHEDULERS)}, got '{self.scheduler}'"
            )
        if self.dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got '{self.dtype}'")
        if "," in self.prompt:
            raise ValueError("prompt must have no comma, which separates parameters; use 'and'")

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
        return self.apply_many([photo], [rng])[0]

    def apply_many(
        self, photos: Sequence[Photo], rngs: Sequence[np.random.Generator]
    ) -> list[Pixels]:
        """Return cut-outs with new faces; a pipeline on a graphics card gets them together."""
        works = [self._work(photo) for photo in photos]
        there = [(work, rng) for work, rng in zip(works, rngs, strict=True) if work]
        crops = iter(self._crops(there, 0) if self.model else [None] * len(there))
        made = []
        for photo, work, rng in zip(photos, works, rngs, strict=True):
            if work is None:
                _note(photo, "a face under 20 pixels was pixelated")
                made.append(Pixelate(blocks=4).apply(photo, rng))
            else:
                made.append(self._settled(work, rng, next(crops)))
        return made

    def _work(self, photo: Photo) -> Work | None:
        face = marked(photo)
        if face is None or face.points is None:
            return None
        photo = replace(photo, faces=(face,))
        return Work(photo, face.points, self.mask_of(photo))

    def _settled(
        self, work: Work, rng: np.random.Generator, crops: NDArray[np.float32] | None
    ) -> Pixels:
        """Return the cut-out with a face that looks like one, or masked."""
        for draw in range(1 + _TRIES):
            if draw or crops is None:
                (crops,) = self._crops([(work, rng)], draw)
            made, sure = self._best(work, crops)
            if sure >= 0.5:
                return made
            if draw == 0 and surety(work.photo.pixels, work.face) < 0.5:
                return made  # a profile, say: the detector cannot judge
        _note(work.photo, "a face was masked, no good one could be made")
        return Mask(fill="mean").apply(work.photo, rng)

    def _crops(
        self, works: Sequence[tuple[Work, np.random.Generator]], draw: int
    ) -> list[NDArray[np.float32]]:
        """Return the new crops of each face, one a candidate."""
        count = self.candidates if self.consistency == "photo" else 1
        sources = [(work, self._source(rng, draw)) for work, rng in works]
        if not self.model:
            net, size = load(self.weights), (count, 3, SIZE, SIZE)
            return [
                work.sampled(
                    net,
                    torch.from_numpy(CALM * rng.standard_normal(size, np.float32)),
                    steps=self.steps,
                    start=self.noise,
                )
                for work, rng in sources
            ]
        if not sources:
            return []
        pipeline = load_pipeline(
            self.model,
            scheduler=self.scheduler,
            dtype=self.dtype,
            controlnet=self.controlnet,
            ip_adapter=self.ip_adapter,
        )
        side = side_of(pipeline)
        pairs = [pair for work, _ in sources for pair in [work.at(side)] * count]
        seeds = [int(seed) for _, rng in sources for seed in rng.integers(2**63 - 1, size=count)]
        made = inpainted(
            pipeline,
            [crop for crop, _ in pairs],
            [mask for _, mask in pairs],
            seeds,
            controls=[dots for work, _ in sources for dots in [work.dots(side)] * count]
            if self.controlnet
            else None,
            references=[reference(self.ip_image, rng) for _, rng in sources for _ in range(count)]
            if self.ip_adapter
            else None,
            controlnet_scale=self.controlnet_scale,
            ip_scale=self.ip_scale,
            prompt=self.prompt.replace("_", " "),
            steps=self.steps,
            strength=self.noise,
            guidance=self.guidance,
        )
        own = np.split(made, len(sources))
        return [work.finished(crops) for (work, _), crops in zip(sources, own, strict=True)]

    def _best(self, work: Work, crops: NDArray[np.float32]) -> tuple[Pixels, float]:
        """Return the cut-out with the best of the candidates, and how sure its face is."""
        made = [work.placed(crop) for crop in crops]
        sureties = [surety(pixels, work.face) for pixels in made]
        best, count = 0, len(made)
        if count > 1:
            far = [min(distance, FAR) for distance in distances(work.photo, made)]
            best = max(range(count), key=lambda i: (sureties[i] >= 0.5, far[i], sureties[i]))
        return made[best], sureties[best]

    def _source(self, rng: np.random.Generator, draw: int) -> np.random.Generator:
        """Return the generator that decides the face."""
        return np.random.default_rng([0, draw]) if self.consistency == "fixed" else rng


@once_a_device()
def load(weights: str) -> SwapNet:
    """Return the model on the device, one copy; empty: the one that ships with the package."""
    return placed(load_weights(Path(weights) if weights else WEIGHTS).to(precision()))


def _note(photo: Photo, text: str) -> None:
    notes = _notes.get()
    if notes is not None:
        notes.setdefault(photo.key, []).append(text)
