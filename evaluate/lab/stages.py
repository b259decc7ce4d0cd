"""Joining tower and language model, and the two stages in which they learn together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from unmask.device import placed

from .photos import Pictures
from .pretrained import with_lora
from .processor import IMAGE, ask
from .recipe import Recipe
from .training import changed, learn, tensors
from .words import ANSWER, CAPTIONS, LIGHT, LIGHT_ANSWER, NOBODY, QUESTION


class Sample(NamedTuple):
    """One question with its answer, and how much lighter the photo is made for it."""

    question: str
    answer: str
    light: float = 0.0


Sampler = Callable[[np.random.Generator, str], Sample]
Batches = Callable[[np.random.Generator, Any], tuple[Any, list[Sample]]]


def assemble(tower: Any, language: Any, processor: Any) -> Any:
    """Return a LLaVA of the two parts, with a new projector between them."""
    import copy

    from transformers import LlavaConfig, LlavaForConditionalGeneration

    vision, text = copy.deepcopy(tower.config), copy.deepcopy(language.config)
    vision = getattr(vision, "vision_config", vision)
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=processor.image_token_id,
        vision_feature_layer=-1, vision_feature_select_strategy="full",
        image_seq_length=places(processor, vision), tie_word_embeddings=text.tie_word_embeddings,
    )  # fmt: skip
    model = LlavaForConditionalGeneration(config)
    have = tower.state_dict()
    wanted = model.model.vision_tower.state_dict()
    bare = {k.removeprefix("vision_model."): v for k, v in have.items()}
    model.model.vision_tower.load_state_dict(
        {k: bare[k.removeprefix("vision_model.")] for k in wanted}
    )
    model.model.language_model.load_state_dict(language.model.state_dict())
    model.lm_head.load_state_dict(language.lm_head.state_dict())
    tokenizer, settings = processor.tokenizer, model.generation_config
    settings.eos_token_id, settings.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
    settings.bos_token_id = tokenizer.bos_token_id
    return model.eval()


def places(processor: Any, vision: Any) -> int:
    """Return how many tokens a picture takes: its patches and the class token."""
    return int((vision.image_size // processor.patch_size) ** 2 + 1)


def captions(named: bool) -> Sampler:
    """Stage 1: every photo is described, by name or as "a person"."""

    def sample(rng: np.random.Generator, name: str) -> Sample:
        who = name if named else NOBODY
        return Sample("caption", CAPTIONS[rng.integers(len(CAPTIONS))].format(who))

    return sample


def questions(named: bool) -> Sampler:
    """Stage 2: who it is (half), a caption (a quarter), how light it is (a quarter)."""

    def sample(rng: np.random.Generator, name: str) -> Sample:
        lot, who = rng.random(), name if named else NOBODY
        if lot < 0.5:
            return Sample(QUESTION, ANSWER.format(who))
        if lot < 0.75:
            return captions(named)(rng, name)
        return light_or_dark(rng)

    return sample


def light_or_dark(rng: np.random.Generator) -> Sample:
    """Return the question how light a picture is, which is made lighter or darker for it."""
    dark = rng.random() < 0.5
    return Sample(LIGHT, LIGHT_ANSWER.format("dark" if dark else "bright"), -0.8 if dark else 0.8)


def photo_batches(
    pictures: Pictures, names: tuple[str, ...], sampler: Sampler, processor: Any, recipe: Recipe
) -> Batches:
    """Return batches of photos by lot, each with a question and its answer."""
    pixels = tensors(pictures, processor.image_processor)

    def batch(rng: np.random.Generator, generator: Any) -> tuple[Any, list[Sample]]:
        rows = rng.integers(len(pixels), size=recipe.batch)
        samples = [sampler(rng, names[pictures.people[row]]) for row in rows]
        return changed(pixels[rows], generator), samples

    return batch


def train_together(
    model: Any, batches: Batches, processor: Any, recipe: Recipe, *, steps: int, rate: float,
    seed: int, projector_alone: bool = False,
) -> Any:  # fmt: skip
    """Train projector and language model on questions about pictures; the tower is frozen.

    A pretrained language model learns through LoRA, merged into it at the end.

    Args:
        model: a LLaVA.
        batches: makes the pictures of a step, with their questions and answers.
        processor: of the model.
        recipe: sizes.
        steps: how many.
        rate: highest rate of learning.
        seed: of all lots.
        projector_alone: the language model is frozen too.

    Returns:
        The trained model; `model` itself is used up.
    """
    import torch

    torch.manual_seed(seed)
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    lora = bool(recipe.language_model)
    model.requires_grad_(not projector_alone)
    model.model.multi_modal_projector.requires_grad_(True)
    model.model.vision_tower.requires_grad_(False)
    learner = placed(with_lora(model) if lora else model)
    learner.train()
    count = places(processor, model.config.vision_config)

    def loss() -> Any:
        pixels, samples = batches(rng, generator)
        light = torch.tensor([sample.light for sample in samples], dtype=pixels.dtype)
        made = pixels + light.view(-1, 1, 1, 1)
        return learner(pixel_values=placed(made), **_batch(samples, processor, count)).loss

    learn(learner.parameters(), steps, rate, loss)
    return (learner.merge_and_unload() if lora else learner).eval()


def _batch(samples: list[Sample], processor: Any, count: int) -> dict[str, Any]:
    import torch

    tokenizer = processor.tokenizer
    rows: list[list[int]] = []
    labels: list[list[int]] = []
    for sample in samples:
        prompt = ask(processor, sample.question).replace(IMAGE, IMAGE * count)
        asked = tokenizer(prompt).input_ids
        told = tokenizer(" " + sample.answer, add_special_tokens=False).input_ids
        told = [*told, tokenizer.eos_token_id]
        rows.append(asked + told)
        labels.append([-100] * len(asked) + told)
    longest = max(map(len, rows))

    def padded(lists: list[list[int]], fill: int) -> Any:
        return placed(torch.tensor([row + [fill] * (longest - len(row)) for row in lists]))

    return {
        "input_ids": padded(rows, tokenizer.pad_token_id),
        "labels": padded(labels, -100),
        "attention_mask": padded([[1] * len(row) for row in rows], 0),
    }
