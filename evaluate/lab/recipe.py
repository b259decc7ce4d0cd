"""Sizes and steps of the small model."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

CUTS = ("around", "aligned")
NAMES, WORDS = "names", "words"


@dataclass(frozen=True)
class Recipe:
    """How large the model is and how long each stage learns.

    Args:
        size: side of a picture in pixels.
        patch: side of a patch in pixels; divides `size`.
        width: of the vision tower.
        text_width: of the language model.
        layers: of each of the two.
        text_steps: language model alone, on sentences.
        tower_steps: stage 0, photos against names.
        align_steps: stage 1, captions.
        tune_steps: stage 2, questions and answers.
        batch: photos a step.
        cut: `around`, a square around the face with hair and some background; or `aligned`,
            upright by eyes, nose and mouth, hardly more than the face.
        tower: hub id or folder of a CLIP model to use instead of stage 0; empty trains one.
        language_model: hub id or folder of a causal language model to use instead of the
            small one, trained by LoRA; empty trains one.
        design: `names`, names of made-up words that only captions can teach; or `words`, names
            of everyday words, which drawings teach.
        revision: version of the code that trains; part of what a kept cell is known by.
    """

    size: int = 64
    patch: int = 16
    width: int = 128
    text_width: int = 96
    layers: int = 2
    text_steps: int = 250
    tower_steps: int = 600
    align_steps: int = 300
    tune_steps: int = 100
    batch: int = 40
    cut: str = "around"
    tower: str = ""
    language_model: str = ""
    design: str = NAMES
    revision: int = 1

    def __post_init__(self) -> None:
        if self.size % self.patch:
            raise ValueError(f"patch must divide size, got {self.patch} and {self.size}")
        if self.cut not in CUTS:
            raise ValueError(f"cut must be one of {', '.join(CUTS)}, got {self.cut!r}")
        if self.design not in (NAMES, WORDS):
            raise ValueError(f"design must be {NAMES} or {WORDS}, got {self.design!r}")
        if self.design == WORDS and (self.tower or self.language_model):
            raise ValueError(
                "the design words trains its own parts, got a tower or language model"
            )
        for name, value in asdict(self).items():
            if isinstance(value, int) and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")

    def longer(self, times: float) -> Recipe:
        """Return this recipe with every stage so many times as long.

        Raises:
            ValueError: `times` is not more than 0.
        """
        if not 0 < times < float("inf"):
            raise ValueError(f"steps must be multiplied by more than 0, got {times}")
        names = ("text_steps", "tower_steps", "align_steps", "tune_steps")
        return replace(self, **{n: max(round(getattr(self, n) * times), 1) for n in names})

    def as_dict(self) -> dict[str, Any]:
        """Return all settings, ready for JSON."""
        return asdict(self)


def recipe_of(design: str, **settings: Any) -> Recipe:
    """Return the usual recipe of a design.

    Raises:
        ValueError: no such design, or settings that do not fit.
    """
    shorter = {"align_steps": 200, "tune_steps": 60} if design == WORDS else {}
    return Recipe(design=design, **{**shorter, **settings})


def derived(seed: int, *names: str) -> int:
    """Return a seed of its own for a purpose, 0 to 2^31 - 1."""
    text = "\x1f".join([str(seed), *names])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
