"""A vision-language model or dual encoder as a face model: what it makes of a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.photo import Pixels
from unmask.device import suffix

from ..vlm.base import CannotAnswerError
from ..vlm.folder import mark_of
from ..vlm.opening import check_given, kept
from .base import Embeddings, Recognizer
from .chips import template_chip


@dataclass(frozen=True)
class Vlm(Recognizer):
    """Recognize faces by what a vision-language model sees in them, compared by cosine.

    A dual encoder (CLIP) gives its image features; a model that writes gives what its language
    model gets of the picture, the mean over places. So it says what the model has to tell people
    apart by, whether or not it would say so. Most of these models never learned to: one whose
    figures on clean photos are low says nothing about a defense.

    Args:
        model: folder or hub id.
        dtype: `float32`, `bfloat16` or `float16`.
        size: side in pixels of the face with its surroundings that the model is shown.
    """

    landmarks: ClassVar = ("points",)

    model: str
    dtype: str = "float32"
    size: int = 224

    def __post_init__(self) -> None:
        """Look whether there is such a model, before any work."""
        check_given(self.model)
        if not 16 <= self.size <= 2048:
            raise ValueError(f"size is 16 to 2048 pixels, got {self.size}")

    @property
    def label(self) -> str:
        """Name in records: `vlm:` and the name of the folder, or the hub id."""
        folder = Path(self.model).expanduser()
        name = folder.resolve().name if folder.is_dir() else self.model
        return "vlm:" + "_".join(name.split())

    @property
    def fingerprint(self) -> str:
        """Digest of the model's files, and what else moves the last digits."""
        mark = mark_of(self.model)
        return f"vlm {self.dtype} {self.size} torch={torch.__version__} {mark}{suffix()}"

    def chip(self, photo: Photo) -> Pixels:
        """Return `(size, size, 3)`, uint8: the face upright, with hair and neck."""
        return template_chip(photo, "wide", self.size)

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        """Return `(N, D)` float32 of length 1; each by itself, so that none depends on others.

        Raises:
            ValueError: this kind of model does not tell what it sees.
        """
        model = kept(self.model, self.dtype, 8)
        try:
            rows = [model.features([chip])[0] for chip in chips]
        except CannotAnswerError as error:
            raise ValueError(str(error)) from error
        return np.stack(rows).astype(np.float32)

    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Return `(len(a), len(b))`, the cosine."""
        cosine: NDArray[np.float64] = a.astype(np.float64) @ b.astype(np.float64).T
        return cosine.astype(np.float32)
