"""A dual encoder: pictures and texts become vectors that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from unmask.defenses.photo import Pixels
from unmask.device import beside

from .base import CannotAnswerError, Matrix, Model, Picture, single

TEXTS = 256  # texts that are read together
GREY = np.full((224, 224, 3), 128, np.uint8)


class Dual(Model):
    """CLIP, SigLIP and others that `AutoModel` loads and that have image and text features.

    Without a picture it is shown plain grey: that is its constant answer.

    Args:
        network: the model, ready to run.
        processor: its processor.
        label: as in `Model`.
        fingerprint: as in `Model`.
        batch: as in `Model`.
    """

    kind: ClassVar[Literal["generative", "dual"]] = "dual"

    def __init__(
        self, network: Any, processor: Any, label: str, fingerprint: str, batch: int
    ) -> None:
        super().__init__(label, fingerprint, batch)
        self.network, self.processor = network, processor
        self._texts: dict[str, Matrix] = {}
        scale = getattr(network, "logit_scale", None)
        self._scale = float(scale.detach().exp()) if scale is not None else 100.0

    def likelihoods(
        self, pictures: Sequence[Picture], prompts: Sequence[str], candidates: Sequence[str]
    ) -> Matrix:
        """Return scaled similarities; a dual encoder reads no prompt."""
        shown = [single(picture, GREY) for picture in pictures]
        return np.round(self._scale * self.similarities(shown, candidates), 4) + 0.0

    def similarities(self, pictures: Sequence[Pixels], texts: Sequence[str]) -> Matrix:
        """Return `(N, texts)`: cosine of picture and text."""
        known = self._texts
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        for start in range(0, len(fresh), TEXTS):
            some = fresh[start : start + TEXTS]
            known.update(zip(some, self._read(some), strict=True))
        return self.features(pictures) @ np.stack([known[text] for text in texts]).T

    def tell_apart(self, texts: Sequence[str]) -> None:
        """Refuse texts that are the same tokens; see `Model.tell_apart`."""
        tokenizer = self.processor.tokenizer
        longest = getattr(self.network.config.text_config, "max_position_embeddings", None)
        known: dict[tuple[int, ...], str] = {}
        for text in dict.fromkeys(texts):
            other = known.setdefault(tuple(tokenizer(text).input_ids[:longest]), text)
            if other != text:
                raise CannotAnswerError(
                    # which ones is not said: this goes into records and pages, which name nobody
                    f"two of the {len(set(texts))} texts to choose from are the same to the "
                    f"tokenizer of {self.label}, which lacks their words or cuts them off"
                )

    def features(self, pictures: Sequence[Pixels]) -> Matrix:
        """Return the image features; see `Model.features`."""
        import torch
        from PIL import Image

        rows = []
        with torch.inference_mode():
            for start in range(0, len(pictures), self.batch):
                shown = [Image.fromarray(p) for p in pictures[start : start + self.batch]]
                pixels = self.processor.image_processor(images=shown, return_tensors="pt")
                inputs = {
                    key: beside(
                        value.to(self.network.dtype) if torch.is_floating_point(value) else value,
                        self.network,
                    )
                    for key, value in pixels.items()
                }  # fmt: skip
                rows.append(_unit(self.network.get_image_features(**inputs)))
        return np.concatenate(rows)

    def _read(self, texts: Sequence[str]) -> Matrix:
        import torch

        tokenizer = self.processor.tokenizer
        # SigLIP was trained with every text padded to the full length
        padding = "max_length" if "siglip" in self.network.config.model_type else True
        longest = getattr(self.network.config.text_config, "max_position_embeddings", None)
        limit = {"truncation": True, "max_length": int(longest)} if longest else {}
        inputs = tokenizer(list(texts), return_tensors="pt", padding=padding, **limit)
        wanted = {k: beside(v, self.network) for k, v in inputs.items()
                  if k in ("input_ids", "attention_mask")}  # fmt: skip
        with torch.inference_mode():
            return _unit(self.network.get_text_features(**wanted))


def _unit(features: Any) -> Matrix:
    """Return vectors of length one, whatever form the features come in."""
    vectors = getattr(features, "pooler_output", features).float().cpu().numpy()
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float64)
