"""An adversarial perturbation against one recognizer, to keep evaluations honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from .base import Defense
from .photo import Photo, Pixels
from .space import Range

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 8


@dataclass(frozen=True)
class Cloak(Defense):
    """Change pixels a little so that dlib's recognizer sees somebody else.

    Projected gradient ascent on the distance between the face's vector before and after, in
    dlib's network (white box), from a fixed start. No pixel moves by more than `epsilon`.
    It fools the network it was made against, and mostly that one: a low leakage in a table
    with that recognizer alone says nothing, which is what this defense is there to show. It
    is diagnostic, hence not in the default table. A face without landmarks gets the fixed
    start alone.

    Args:
        epsilon: largest change of a value, in 8-bit levels, 0.5 to 64.
        steps: gradient steps, 1 to 100.

    Example:
        >>> from unmask.defenses import Face
        >>> photo = Photo(np.full((60, 50, 3), 128, np.uint8), faces=(Face((5, 5, 40, 50)),))
        >>> done = Cloak(epsilon=4)(photo)
        >>> int(np.abs(done.photo.pixels.astype(int) - 128).max()) <= 4
        True

    References:
        Aleksander Madry et al.: Towards Deep Learning Models Resistant to Adversarial
        Attacks, ICLR 2018 (the ascent); Shawn Shan et al.: Fawkes: Protecting Privacy
        against Unauthorized Deep Learning Models, USENIX Security 2020 (the use). Fawkes
        bounds structural similarity and moves towards a chosen person; we bound every pixel
        and move away from the source.
    """

    epsilon: float = 8.0
    steps: int = 10
    space: ClassVar = {"epsilon": Range(1, 32, log=True)}
    diagnostic: ClassVar = True
    reads_landmarks: ClassVar = frozenset({"five"})

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check("epsilon", 0.5, 64)
        self.check("steps", 1, 100)

    def apply(self, photo: Photo, rng: np.random.Generator) -> Pixels:
        """Return the cut-out with the perturbation."""
        return self.apply_many([photo], [rng])[0]

    def apply_many(
        self, photos: Sequence[Photo], rngs: Sequence[np.random.Generator]
    ) -> list[Pixels]:
        """Return the cut-outs, perturbed in batches of `BATCH`."""
        made: list[Pixels] = []
        for start in range(0, len(photos), BATCH):
            made += self._batch(photos[start : start + BATCH])
        return made

    def _batch(self, photos: Sequence[Photo]) -> list[Pixels]:
        import torch

        from .faces.dlib_net import load_dlib_net

        network = load_dlib_net()
        clean = [torch.from_numpy(p.pixels).permute(2, 0, 1).float() for p in photos]
        grids = [_grid(photo) for photo in photos]
        masks = [torch.from_numpy(self.mask(photo)) for photo in photos]
        changes = [self._start(photo) for photo in photos]
        seen = [i for i, grid in enumerate(grids) if grid is not None]
        if seen:
            # the batch is filled up, so that a face does not depend on its neighbours' number
            rows = (seen * BATCH)[:BATCH]
            before = network(torch.stack([_sampled(clean[i], grids[i]) for i in rows]))
        for _ in range(self.steps if seen else 0):
            for i in seen:
                changes[i].requires_grad_(True)
            after = network(
                torch.stack([_sampled(clean[i] + changes[i] * masks[i], grids[i]) for i in rows])
            )
            distance = (after - before)[: len(seen)].square().sum()
            slopes = torch.autograd.grad(distance, [changes[i] for i in seen])
            for i, slope in zip(seen, slopes, strict=True):
                moved = changes[i].detach() + 2.5 * self.epsilon / self.steps * slope.sign()
                moved = moved.clamp(-self.epsilon, self.epsilon)
                changes[i] = (clean[i] + moved).clamp(0, 255) - clean[i]
        return [
            (c + d).round().clamp(0, 255).byte().permute(1, 2, 0).cpu().numpy()
            for c, d in zip(clean, changes, strict=True)
        ]

    def _start(self, photo: Photo) -> Tensor:
        """Return a fixed random start: at zero the distance has no slope."""
        import torch

        height, width = photo.pixels.shape[:2]
        start = np.random.default_rng(0).uniform(-0.5, 0.5, (3, height, width))
        return torch.from_numpy((start * self.epsilon).astype(np.float32))


def _grid(photo: Photo) -> Tensor | None:
    """Return where the chip samples the photo, `(1, 150, 150, 2)`, from -1 to 1."""
    import torch

    from .faces.dlib_chip import CHIP, chip_to_photo

    to_photo = chip_to_photo(photo)
    if to_photo is None:
        return None
    rows, columns = np.mgrid[:CHIP, :CHIP]
    points: NDArray[np.float64] = (
        np.stack([columns, rows], -1) @ to_photo[:, :2].T + to_photo[:, 2]
    )
    size = np.array(photo.pixels.shape[1::-1])
    return torch.from_numpy(((2 * points + 1) / size - 1).astype(np.float32))[None]


def _sampled(pixels: Tensor, grid: Tensor | None) -> Tensor:
    from torch.nn import functional

    if grid is None:
        raise ValueError("a chip needs landmarks, got a face without")

    chips = functional.grid_sample(
        pixels[None], grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return chips[0]
