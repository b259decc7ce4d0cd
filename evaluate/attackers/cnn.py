"""A small convolutional network that names people on defended photos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from unmask.defenses import Photo
from unmask.device import beside, placed

from .base import Matrix
from .grids import aligned_grid, in_colour
from .heads import Indices, folds_of, log_softmax

SIDE = 48
EPOCHS = (8, 16, 24)


class Cnn:
    """Trained from scratch on aligned, defended gallery photos, in colour if any has colours.

    After McPherson, Shokri and Shmatikov, "Defeating Image Obfuscation with Deep Learning",
    arXiv 1609.00408, but smaller, since a gallery has a handful of photos per person. The
    number of epochs is chosen on gallery photos held out together with all their copies.

    Args:
        seed: seed of weights, order and shifts.
        width: channels of the first layer.
        batch: photos in a step.

    `held_out` is `(M, P)`: log-probabilities of known photos by a network that has seen no copy
    of them, NaN for those of which there is none.
    """

    def __init__(self, *, seed: int = 0, width: int = 16, batch: int = 32) -> None:
        self.seed, self.width, self.batch = seed, width, batch

    def fit(self, photos: Sequence[Photo], people: Indices, sources: Indices) -> Self:
        """Learn from defended photos, their people `(M,)` and their source photos `(M,)`."""
        self._colour = in_colour(photos)
        pictures, names = self._tensor(photos), torch.from_numpy(people)
        self._spread = max(float(pictures.std()), 1e-3)
        self._middle = pictures.mean(0)
        pictures = (pictures - self._middle) / self._spread
        held = torch.from_numpy(folds_of(people, sources) == 0)
        best = EPOCHS[0]
        self.held_out = np.full((len(people), int(people.max()) + 1), np.nan)
        if bool(held.any()) and not bool(held.all()):
            trial, right = None, -1.0
            for start, epochs in zip((0, *EPOCHS), EPOCHS, strict=False):
                trial = self._train(pictures[~held], names[~held], start, epochs, trial)
                guess = _logits(trial, pictures[held])
                share = float((guess.argmax(1) == names[held]).float().mean())
                if share > right:
                    best, right = epochs, share
                    self.held_out[held.cpu().numpy()] = log_softmax(guess.cpu().double().numpy())
        self._network = self._train(pictures, names, 0, best, None)
        return self

    def scores(self, photos: Sequence[Photo]) -> Matrix:
        """Return `(N, P)` log-probabilities."""
        pictures = (self._tensor(photos) - self._middle) / self._spread
        return log_softmax(_logits(self._network, pictures).cpu().double().numpy())

    def _tensor(self, photos: Sequence[Photo]) -> Tensor:
        grid = torch.from_numpy(aligned_grid(photos, SIDE, colour=self._colour))
        channels = 3 if self._colour else 1
        return grid.reshape(-1, SIDE, SIDE, channels).permute(0, 3, 1, 2).contiguous()

    def _train(
        self, pictures: Tensor, names: Tensor, start: int, stop: int, network: nn.Module | None
    ) -> nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed + start)
            if network is None:
                made = _network(pictures.shape[1], self.width, int(names.max()) + 1)
                network = placed(made)
            steps = math.ceil(len(pictures) / self.batch)
            optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
            network.train()
            for epoch in range(start, stop):
                for step, chosen in enumerate(torch.randperm(len(pictures)).split(self.batch)):
                    rate = 0.5 + 0.5 * math.cos(math.pi * (epoch + step / steps) / EPOCHS[-1])
                    optimizer.param_groups[0]["lr"] = 2e-3 * (0.02 + 0.98 * rate)
                    shown = placed(_shifted(pictures[chosen]))
                    loss = functional.cross_entropy(
                        network(shown), placed(names[chosen]), label_smoothing=0.1
                    )
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
        return network.eval()


def _network(channels: int, width: int, people: int) -> nn.Module:
    layers: list[nn.Module] = []
    planes = channels
    for grown in (width, 2 * width, 4 * width):
        layers += [
            nn.Conv2d(planes, grown, 3, padding=1, bias=False),
            nn.BatchNorm2d(grown),
            nn.ReLU(),
            nn.MaxPool2d(2),
        ]
        planes = grown
    layers += [nn.Flatten(), _Dropout(0.4), nn.LazyLinear(people)]
    network = nn.Sequential(*layers)
    network(torch.zeros(2, channels, SIDE, SIDE))
    return network


class _Dropout(nn.Module):
    """Dropout by the numbers of the processor, on any device: those of `nn.Dropout` there."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: Tensor) -> Tensor:
        """Return values of which a share is 0 and the rest enlarged, while it learns."""
        if not self.training:
            return values
        kept = torch.empty(values.shape).bernoulli_(1 - self.share).div_(1 - self.share)
        return values * beside(kept, values)


def _shifted(pictures: Tensor) -> Tensor:
    """Move the whole batch by up to two pixels, the border repeated."""
    down, right = torch.randint(-2, 3, (2,)).tolist()
    padded = functional.pad(pictures, (2, 2, 2, 2), mode="replicate")
    return padded[..., 2 + down : 2 + down + SIDE, 2 + right : 2 + right + SIDE]


@torch.inference_mode()
def _logits(network: nn.Module, pictures: Tensor) -> Tensor:
    return torch.cat([network(placed(part)).cpu() for part in pictures.split(64)])
