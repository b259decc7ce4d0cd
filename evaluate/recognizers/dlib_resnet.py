"""dlib's face recognizer, in torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from unmask.defenses import Photo
from unmask.defenses.faces.dlib_chip import WEIGHTS, dlib_chip
from unmask.defenses.faces.landmarks import model_path
from unmask.defenses.photo import Pixels
from unmask.device import suffix
from unmask.packages import torch_version

from .base import Embeddings, Recognizer

if TYPE_CHECKING:
    from torch import nn

BATCH = 8


@dataclass(frozen=True)
class DlibResNet(Recognizer):
    """Recognize faces by the residual network that dlib publishes.

    128 numbers a face, compared by Euclidean distance: below 0.6 is one person. 99.38 % on
    Labeled Faces in the Wild, as its author states.

    Chips always go through the network in batches of `BATCH`, the last one filled up with
    black. Embeddings of one chip in batches of different sizes differ by up to 4e-7, since
    other kernels run; in batches of one size they are equal bit by bit, whatever the other
    chips are. So records do not depend on order or number of workers. (They do depend, by
    as little, on the number of torch's threads: `evaluate.threads` fixes that.)

    Reference:
        Davis E. King: High quality face recognition with deep metric learning. dlib blog,
        2017, http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html.
        The weights are CC0.

    Example:
        >>> DlibResNet().forward([np.zeros((150, 150, 3), np.uint8)]).shape
        (1, 128)
    """

    licence: ClassVar[str] = "CC0-1.0"
    landmarks: ClassVar = ("five",)

    @property
    def label(self) -> str:
        """Name in records."""
        return "dlib"

    @property
    def fingerprint(self) -> str:
        """Hash of the weights, and what else moves the last digits."""
        return f"dlib batch={BATCH} torch={torch_version()} {_hash_of_weights()}{suffix()}"

    @property
    def module(self) -> nn.Module:
        """The network: `(N, 3, 150, 150)` float32 RGB 0 to 255 to `(N, 128)`, differentiable."""
        from unmask.defenses.faces.dlib_net import load_dlib_net

        return load_dlib_net()

    def chip(self, photo: Photo) -> Pixels:
        """Return `(150, 150, 3)`, uint8, cut by the five points of the main face."""
        return dlib_chip(photo)

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        """Return `(N, 128)` float32 for chips of 150 x 150 pixels."""
        if not chips:
            return np.zeros((0, 128), np.float32)
        import torch  # seconds: who finds all vectors in the cache needs none of it

        made = []
        for start in range(0, len(chips), BATCH):
            some = np.stack(chips[start : start + BATCH]).astype(np.float32)
            full = np.zeros((BATCH, *some.shape[1:]), np.float32)
            full[: len(some)] = some
            with torch.inference_mode():
                vectors = self.module(torch.from_numpy(full).permute(0, 3, 1, 2))
            made.append(vectors.cpu().numpy()[: len(some)])
        return np.concatenate(made)

    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Return `(len(a), len(b))`, the negative Euclidean distance, each pair by itself."""
        far: NDArray[np.float64] = cdist(a, b)
        return -far.astype(np.float32)


@cache
def _hash_of_weights() -> str:
    return hashlib.sha256(model_path(WEIGHTS).read_bytes()).hexdigest()[:16]
