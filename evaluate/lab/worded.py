"""Stage 0 with words: a tower that joins photos to names and drawings to the same words."""

from __future__ import annotations

from typing import Any

import numpy as np

from unmask.device import placed

from .parts import vision_config
from .photos import Pictures
from .processor import EOS
from .recipe import Recipe
from .scenes import GROUND, SKY, Drawn
from .training import changed, learn, tensors
from .words import CAPTIONS

DRAWINGS = 20  # a step
SHARPNESS = 10.0  # of the contrast
WORDS = (*SKY, *GROUND)


def train_worded_tower(
    pictures: Pictures, names: tuple[str, ...], drawn: Drawn, processor: Any, recipe: Recipe,
    seed: int,
) -> Any:  # fmt: skip
    """Stage 0: teach a tower the names of people and the words of drawings together.

    Each token that the projector will see, not the class token alone, learns two things: by
    contrast which caption belongs to the picture (Radford et al., "Learning Transferable
    Visual Models From Natural Language Supervision", ICML 2021), and which words stand in it
    (Joulin et al., "Learning Visual Features from Large Weakly Supervised Data", ECCV 2016).
    The contrast's sharpness stays low and fixed: when it is learned it grows, and a gap
    between kinds of pictures stays open (Liang et al., "Mind the Gap", NeurIPS 2022).

    Returns:
        A `CLIPVisionModel`.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, normalize

    torch.manual_seed(seed)
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    tower: Any = placed(_fresh(recipe)).train()
    text: Any = placed(_text_half(processor.tokenizer, recipe)).train()
    head = placed(torch.nn.Linear(recipe.width, len(WORDS)))
    pixels = tensors(pictures, processor.image_processor)
    places = [np.flatnonzero(pictures.people == person) for person in range(len(names))]

    def loss() -> Any:
        people = rng.permutation(len(names))[: recipe.batch]
        told = [names[person] for person in people]
        others = [words for words in drawn.places if words not in told]
        told += [others[i] for i in rng.permutation(len(others))[:DRAWINGS]]
        rows = [int(rng.choice(places[person])) for person in people]
        shown = [int(rng.choice(drawn.places[words])) for words in told[len(rows) :]]
        made = torch.cat(
            [changed(pixels[rows], generator), changed(drawn.pixels[shown], generator)]
        )
        seen = normalize(tower(pixel_values=placed(made)).last_hidden_state, dim=-1)
        captions = [CAPTIONS[rng.integers(len(CAPTIONS))].format(words) for words in told]
        batch = processor.tokenizer(
            [f"{caption} {EOS}" for caption in captions],
            return_tensors="pt", padding=True, padding_side="right",
        )  # fmt: skip
        read = text(
            input_ids=placed(batch.input_ids), attention_mask=placed(batch.attention_mask)
        ).text_embeds
        there = torch.tensor([[float(word in words.split()) for word in WORDS] for words in told])
        logits = head(seen * recipe.width**0.5)
        named = binary_cross_entropy_with_logits(
            logits, placed(there)[:, None].expand_as(logits), reduction="none"
        )
        return _contrast(seen, normalize(read, dim=-1)) + named.sum(-1).mean()

    learned = [*tower.parameters(), *text.parameters(), *head.parameters()]
    learn(learned, recipe.tower_steps, 1e-3, loss)
    return tower.eval()


def _contrast(seen: Any, read: Any) -> Any:
    """Return the loss of `(N, tokens, width)` against `(N, width)`, both ways."""
    import torch
    from torch.nn.functional import cross_entropy

    scores = SHARPNESS * torch.einsum("nkd,md->knm", seen, read)
    right = placed(torch.arange(len(read))).expand(len(scores), -1)
    return (cross_entropy(scores.flatten(0, 1), right.flatten())
            + cross_entropy(scores.mT.flatten(0, 1), right.flatten())) / 2  # fmt: skip


def _fresh(recipe: Recipe) -> Any:
    from transformers import CLIPVisionModel

    return CLIPVisionModel(vision_config(recipe))


def _text_half(tokenizer: Any, recipe: Recipe) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    return CLIPTextModelWithProjection(
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128,
            num_hidden_layers=1, num_attention_heads=4, max_position_embeddings=24,
            projection_dim=recipe.width, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
