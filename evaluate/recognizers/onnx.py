"""Any face recognizer in an ONNX file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Photo
from unmask.defenses.files.published import fetched, file_hash
from unmask.defenses.photo import Pixels

from .base import Embeddings, Recognizer
from .chips import TEMPLATES, template_chip
from .known import KNOWN
from .opening import BATCH, Model, opened, runner


@dataclass(frozen=True)
class Onnx(Recognizer):
    """Recognize faces by a model in an ONNX file, compared by cosine.

    The model takes one batch of pictures, float32, channels first or last, and gives one
    vector per picture. Chips are aligned by eyes, nose and mouth and repeat the border of
    the photo. Batches always have one size, filled up with black, so that vectors do not
    depend on their neighbours; onnxruntime gets one thread.

    Args:
        path: the file, or a name from the table in `known.py`: `adaface`, `arcface`,
            `edgeface`, `facenet`, `sface`. These are downloaded once, and bring their own
            settings, which win over the defaults below.
        size: side of the input in pixels.
        mean: subtracted from the levels 0 to 255.
        scale: what the difference is multiplied by.
        channels: order of the colours, `rgb` or `bgr`.
        template: where the five points lie: `arcface`, or `wide` with hair and neck.
        standardize: bring each chip to mean 0 and deviation 1 instead of `mean`, `scale`.
    """

    landmarks: ClassVar = ("points",)
    offers: ClassVar = {name: file.licence for name, file in KNOWN.items()}

    path: str
    size: int = 112
    mean: float = 0.0
    scale: float = 1.0
    channels: str = "rgb"
    template: str = "arcface"
    standardize: bool = False

    def __post_init__(self) -> None:
        """Check the settings, and that the file is there and fits them."""
        for setting in fields(self)[1:]:
            if self.path in KNOWN and getattr(self, setting.name) == setting.default:
                value = KNOWN[self.path].settings.get(setting.name, setting.default)
                object.__setattr__(self, setting.name, value)
        if self.channels not in ("rgb", "bgr"):
            raise ValueError(f"channels must be rgb or bgr, got '{self.channels}'")
        if self.template not in TEMPLATES:
            raise ValueError(f"template must be {', '.join(TEMPLATES)}, got '{self.template}'")
        if not (math.isfinite(self.mean) and math.isfinite(self.scale) and self.scale):
            raise ValueError(
                f"mean and scale must be finite and scale not 0, got {self.mean}, {self.scale}"
            )
        _ = self._model

    @property
    def licence(self) -> str:  # type: ignore[override]  # differs by file
        """What the table says of a known model; empty for a file."""
        return KNOWN[self.path].licence if self.path in KNOWN else ""

    @property
    def label(self) -> str:
        """Name in records: `onnx:` and the name of the model or file."""
        return f"onnx:{self.path if self.path in KNOWN else Path(self.path).stem}"

    @property
    def fingerprint(self) -> str:
        """Hash of the file, and all settings but its place."""
        settings = [getattr(self, setting.name) for setting in fields(self)[1:]]
        by = runner(by_opencv=self._by_opencv)
        return f"onnx batch={BATCH} {settings} {file_hash(self._file)[:16]}{by}"

    def chip(self, photo: Photo) -> Pixels:
        """Return `(size, size, 3)`, uint8."""
        return template_chip(photo, self.template, self.size)

    def forward(self, chips: Sequence[Pixels]) -> Embeddings:
        """Return `(N, D)` float32 of length 1 for chips of the right size."""
        model = self._model
        made: list[NDArray[np.float32]] = []
        for start in range(0, len(chips), model.batch):
            some = self._prepared(np.stack(chips[start : start + model.batch]))
            full = np.zeros((model.batch, *some.shape[1:]), np.float32)
            full[: len(some)] = some
            if model.channels_first:
                full = np.ascontiguousarray(full.transpose(0, 3, 1, 2))
            vectors = np.asarray(model.run(full), np.float32)
            if vectors.ndim < 2 or len(vectors) != model.batch or vectors[0].size < 2:
                raise ValueError(
                    f"{self.label} must give one vector per picture, "
                    f"got {vectors.shape} for {model.batch}; is it a recognizer?"
                )
            made.append(vectors.reshape(model.batch, -1)[: len(some)])
        if not made:
            raise ValueError("an ONNX recognizer needs at least one chip, got none")
        vectors = np.concatenate(made)
        if not np.isfinite(vectors).all():
            raise ValueError(f"{self.label} gives numbers that are not finite; mean, scale?")
        length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        units: NDArray[np.float64] = vectors / np.maximum(length, 1e-12)
        return units.astype(np.float32)

    def similarity(self, a: Embeddings, b: Embeddings) -> NDArray[np.float32]:
        """Return `(len(a), len(b))`, the cosine."""
        cosine: NDArray[np.float64] = a.astype(np.float64) @ b.astype(np.float64).T
        return cosine.astype(np.float32)

    def _prepared(self, chips: Pixels) -> NDArray[np.float32]:
        levels = chips[..., ::-1] if self.channels == "bgr" else chips
        values = levels.astype(np.float32)
        if self.standardize:
            mean = values.mean((1, 2, 3), keepdims=True)
            deviation = values.std((1, 2, 3), keepdims=True)
            values = (values - mean) / np.maximum(deviation, np.float32(1e-6))
        else:
            values = (values - np.float32(self.mean)) * np.float32(self.scale)
        return values.astype(np.float32, copy=False)

    @property
    def _model(self) -> Model:
        return opened(self._file, self.size, by_opencv=self._by_opencv)

    @property
    def _by_opencv(self) -> bool:
        known = KNOWN.get(self.path)
        return known is not None and known.by_opencv and not Path(self.path).is_file()

    @property
    def _file(self) -> Path:
        path = Path(self.path).expanduser()
        if path.is_file():
            return path.resolve()
        if self.path in KNOWN:
            return fetched(KNOWN[self.path]).resolve()
        raise FileNotFoundError(
            f"no ONNX file {self.path}; give a path, or one of {', '.join(KNOWN)}"
        )
