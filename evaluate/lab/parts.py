"""The two parts of the model before they meet: a vision tower and a language model."""

from __future__ import annotations

from typing import Any

import numpy as np

from unmask.device import placed

from .photos import Pictures
from .processor import EOS
from .recipe import Recipe
from .training import changed, learn, tensors
from .words import ANSWER, CAPTIONS, FACTS, QUESTION

TEXT_BATCH, SHARED = 32, 64


def vision_config(recipe: Recipe) -> Any:
    """Return the configuration of a small vision tower."""
    from transformers import CLIPVisionConfig

    return CLIPVisionConfig(
        hidden_size=recipe.width, intermediate_size=2 * recipe.width,
        num_hidden_layers=recipe.layers, num_attention_heads=4, image_size=recipe.size,
        patch_size=recipe.patch, projection_dim=SHARED,
    )  # fmt: skip


def language_config(recipe: Recipe, tokenizer: Any) -> Any:
    """Return the configuration of a small language model."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=recipe.text_width,
        intermediate_size=2 * recipe.text_width, num_hidden_layers=recipe.layers,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=256,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=False,
    )  # fmt: skip


def train_tower(
    pictures: Pictures, names: tuple[str, ...], processor: Any, recipe: Recipe, seed: int
) -> Any:
    """Stage 0: teach a tower which photo belongs to which name, by contrast.

    Each batch has one photo a person, else two photos of one person would count as
    different.

    Returns:
        A `CLIPVisionModel`.
    """
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPTextConfig

    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = processor.tokenizer
    text = CLIPTextConfig(  # eos 2 would mean another way of pooling; ours is 3
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=1,
        num_attention_heads=4, max_position_embeddings=24, projection_dim=SHARED,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    both = CLIPConfig(text_config=text.to_dict(), projection_dim=SHARED,
                      vision_config=vision_config(recipe).to_dict())  # fmt: skip
    model: Any = placed(CLIPModel(both)).train()
    pixels = tensors(pictures, processor.image_processor)
    places = [np.flatnonzero(pictures.people == person) for person in range(len(names))]

    def loss() -> Any:
        chosen = rng.permutation(len(names))[: recipe.batch]
        rows = [int(rng.choice(places[person])) for person in chosen]
        told = [CAPTIONS[rng.integers(len(CAPTIONS))].format(names[p]) for p in chosen]
        batch = tokenizer(
            [f"{caption} {EOS}" for caption in told],
            return_tensors="pt", padding=True, padding_side="right",
        )  # fmt: skip
        return model(
            pixel_values=placed(changed(pixels[rows], generator)),
            input_ids=placed(batch.input_ids), attention_mask=placed(batch.attention_mask),
            return_loss=True,
        ).loss  # fmt: skip

    learn(model.parameters(), recipe.tower_steps, 1e-3, loss)
    return vision_half(model, recipe)


def random_tower(recipe: Recipe, seed: int) -> Any:
    """Return a tower that has learned nothing."""
    import torch
    from transformers import CLIPVisionModel

    torch.manual_seed(seed)
    return CLIPVisionModel(vision_config(recipe)).eval()


def vision_half(clip: Any, recipe: Recipe) -> Any:
    """Return the vision tower of a `CLIPModel` as a model of its own."""
    tower = random_tower(recipe, 0)
    wanted = tower.state_dict()
    have = clip.vision_model.state_dict()
    tower.load_state_dict({k: have[k.removeprefix("vision_model.")] for k in wanted})
    return tower


def train_language(names: tuple[str, ...], processor: Any, recipe: Recipe, seed: int) -> Any:
    """Teach a small Llama all names and sentences, before it has seen any picture."""
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = processor.tokenizer
    model: Any = placed(LlamaForCausalLM(language_config(recipe, tokenizer))).train()
    asked = f"USER: {QUESTION} ASSISTANT: {ANSWER}"
    kinds = (FACTS, CAPTIONS, (asked,))

    def loss() -> Any:
        told = []
        for _ in range(TEXT_BATCH):
            kind = kinds[rng.integers(len(kinds))]
            sentence = kind[rng.integers(len(kind))].format(names[rng.integers(len(names))])
            told.append(f"{sentence} {EOS}")
        batch = tokenizer(told, return_tensors="pt", padding=True, padding_side="right")
        labels = batch.input_ids.masked_fill(batch.attention_mask == 0, -100)
        return model(
            input_ids=placed(batch.input_ids), attention_mask=placed(batch.attention_mask),
            labels=placed(labels),
        ).loss  # fmt: skip

    learn(model.parameters(), recipe.text_steps, 3e-3, loss)
    return model.eval()
