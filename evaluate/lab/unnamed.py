"""Stages 1 and 2 in which nobody is named: drawings with their words, photos of "a person"."""

from __future__ import annotations

from typing import Any

import numpy as np

from .photos import Pictures
from .recipe import Recipe
from .scenes import Drawn
from .stages import Batches, Sample, captions, light_or_dark
from .training import changed, tensors
from .words import ANSWER, NOBODY, QUESTION, WHAT

PHOTOS = 0.25  # of a batch, where a stage has photos


def unnamed_batches(
    stage: str, drawn: Drawn, pictures: Pictures | None, names: tuple[str, ...], processor: Any,
    recipe: Recipe,
) -> Batches:  # fmt: skip
    """Return what stage 1 (`align`) or 2 (`tune`) learns from.

    No caption and no answer holds a person's name: scenes that are somebody's name are not
    shown, and every photo is "a person".

    Args:
        stage: `align`, captions alone; `tune`, questions too, as in `stages.questions`.
        drawn: all drawings.
        pictures: photos of people; None shows drawings alone.
        names: of the people.
        processor: of the model.
        recipe: sizes.
    """
    import torch

    free = drawn.without(names)
    scenes = sorted(free.places)
    pixels = None if pictures is None else tensors(pictures, processor.image_processor)
    count = 0 if pixels is None else round(recipe.batch * PHOTOS)

    def batch(rng: np.random.Generator, generator: Any) -> tuple[Any, list[Sample]]:
        told = [scenes[i] for i in rng.integers(len(scenes), size=recipe.batch - count)]
        rows = [int(rng.choice(free.places[words])) for words in told]
        made = [changed(free.pixels[rows], generator)]
        samples = [_sample(stage, WHAT, words, rng) for words in told]
        if pixels is not None:
            made.append(changed(pixels[rng.integers(len(pixels), size=count)], generator))
            samples += [_sample(stage, QUESTION, NOBODY, rng) for _ in range(count)]
        return torch.cat(made), samples

    return batch


def _sample(stage: str, question: str, words: str, rng: np.random.Generator) -> Sample:
    lot = rng.random()
    if stage == "tune" and lot < 0.5:
        return Sample(question, ANSWER.format(words))
    if stage == "tune" and lot >= 0.75:
        return light_or_dark(rng)
    return captions(True)(rng, words)
