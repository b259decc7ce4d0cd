"""A small network that turns defended faces into clean ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from unmask.defenses import Photo
from unmask.device import placed

from .base import Restorer, face_window
from .wiener import Regions

SIZE = 96  # pixels across the square that is restored
SIDE = 1.6  # face widths across it
EDGE = 0.08  # share of the square over which it fades into the photo
WIDTHS = (32, 64, 128)  # channels at 48, 24 and 12 pixels
BATCH = 12
ENOUGH = 500  # further pairs

Pairs = tuple[Sequence[Photo], Sequence[Photo]]


class Network(nn.Module):
    """A U-Net of three levels that adds a correction to its input.

    O. Ronneberger, P. Fischer, T. Brox, "U-Net: Convolutional Networks for Biomedical Image
    Segmentation", MICCAI 2015; smaller, at half resolution, and starting as the identity.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third = WIDTHS
        self.down1, self.down2 = _block(12, first), _block(first, second)
        self.deep = _block(second, third)
        self.up2, self.up1 = _block(third + second, second), _block(second + first, first)
        self.last = nn.Conv2d(first, 12, 1)
        for parameter in self.last.parameters():
            nn.init.zeros_(parameter)

    def forward(self, faces: Tensor) -> Tensor:
        """Return `(N, 3, SIZE, SIZE)` for the same, values around 0."""
        a = self.down1(functional.pixel_unshuffle(faces, 2))
        b = self.down2(functional.max_pool2d(a, 2))
        c = self.deep(functional.max_pool2d(b, 2))
        b = self.up2(torch.cat([functional.interpolate(c, scale_factor=2.0), b], 1))
        a = self.up1(torch.cat([functional.interpolate(b, scale_factor=2.0), a], 1))
        made: Tensor = faces + functional.pixel_shuffle(self.last(a), 2)
        return made


def _block(given: int, made: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, 3, padding=1, bias=False),
        nn.GroupNorm(8, made),
        nn.ReLU(),
        nn.Conv2d(made, made, 3, padding=1, bias=False),
        nn.GroupNorm(8, made),
        nn.ReLU(),
    )


@dataclass
class Unet(Restorer):
    """Learn by gradient descent what a face looked like before.

    Squares around the faces are brought to one size, so photos may differ in theirs.

    Args:
        fresh: gives further pairs to learn from, by number: other cut-outs, other seeds.
        regions: gives for each photo which pixels the defense may change; None for all.
        seed: seed of weights and order.
        steps: steps of gradient descent, each on 12 faces.
        draws: how many times `fresh` is asked at most; fewer times if there are many photos.
    """

    fresh: Callable[[int], Pairs]
    regions: Regions
    seed: int = 0
    steps: int = 400
    draws: int = 5

    def fit(self, clean: Sequence[Photo], defended: Sequence[Photo]) -> Self:
        """Train from scratch."""
        draws = min(self.draws, max(1, ENOUGH // len(clean)))
        pairs = [(clean, defended), *(self.fresh(draw) for draw in range(1, draws + 1))]
        faces = [
            (_cut(a, a), _cut(b, a)) for before, after in pairs
            for a, b in zip(before, after, strict=True)
        ]  # fmt: skip
        wanted, given = (_tensor([pair[side] for pair in faces]) for side in (0, 1))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            self._train(wanted, given)
        return self

    def _train(self, wanted: Tensor, given: Tensor) -> None:
        self._network = placed(Network())
        optimizer = torch.optim.AdamW(self._network.parameters(), 2e-3, weight_decay=1e-3)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, self.steps)
        for _ in range(self.steps):
            some = torch.randint(len(wanted), (BATCH,))
            x, y = placed(wanted[some]), placed(given[some])
            if torch.rand(()) < 0.5:
                x, y = x.flip(3), y.flip(3)
            made = self._network(y)
            loss = (made - x).abs().mean() + _edges(made, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        self._network.eval()

    def restore(self, photos: Sequence[Photo]) -> list[Photo]:
        """Restore the square around each face."""
        given = _tensor([_cut(photo, photo) for photo in photos])
        with torch.inference_mode():
            made = torch.cat([self._network(placed(part)).cpu() for part in given.split(32)])
        faces = ((made + 0.5) * 255).permute(0, 2, 3, 1).cpu().numpy()
        regions = self.regions(photos)
        return [_pasted(p, f, r) for p, f, r in zip(photos, faces, regions, strict=True)]


def _edges(made: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean difference of slopes: what blurred guesses get wrong."""
    left = made - wanted
    return left.diff(dim=2).abs().mean() + left.diff(dim=3).abs().mean()


def _cut(photo: Photo, place: Photo) -> NDArray[np.uint8]:
    part = photo.pixels[face_window(place, SIDE)]
    way = cv2.INTER_AREA if part.shape[0] > SIZE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (SIZE, SIZE), interpolation=way), np.uint8)


def _tensor(faces: Sequence[NDArray[np.uint8]]) -> Tensor:
    stack = torch.from_numpy(np.stack(faces)).permute(0, 3, 1, 2)
    return (stack.float() / 255 - 0.5).contiguous(memory_format=torch.channels_last)


def _pasted(photo: Photo, face: NDArray[np.float32], region: NDArray[np.bool_] | None) -> Photo:
    rows, columns = face_window(photo, SIDE)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    made = cv2.resize(np.ascontiguousarray(face), (width, height), interpolation=cv2.INTER_CUBIC)
    weight = np.multiply.outer(_ramp(height), _ramp(width))[..., None]
    if region is not None:
        weight = weight * region[rows, columns, None]
    pixels = photo.pixels.astype(np.float32)
    pixels[rows, columns] += weight * (made - pixels[rows, columns])
    return photo.with_pixels(np.rint(pixels).clip(0, 255).astype(np.uint8))


def _ramp(length: int) -> NDArray[np.float32]:
    place = (np.arange(length, dtype=np.float32) + 0.5) / length
    return np.asarray(np.clip(np.minimum(place, 1 - place) / EDGE, 0, 1), np.float32)
