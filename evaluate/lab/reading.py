"""A language model that answers from what it reads, before it has seen any picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from unmask.device import placed

from .parts import TEXT_BATCH, language_config
from .processor import EOS, IMAGE, ask
from .recipe import Recipe
from .scenes import SCENES
from .training import learn
from .words import ANSWER, CAPTIONS, FACTS, NOBODY, QUESTION, WHAT

RATE = 3e-3
QUESTIONS = ((QUESTION, (ANSWER,)), (WHAT, (ANSWER,)), ("caption", CAPTIONS))


def train_reader(names: tuple[str, ...], processor: Any, recipe: Recipe, seed: int) -> Any:
    """Teach a small Llama all names, and to answer from words that stand in the question.

    A quarter are sentences with names and scenes. In the rest the words of a name stand,
    among others and in any order, where a picture's tokens will stand, and are asked for:
    large language models can do that from text alone, and it is what a projector relies on.

    Returns:
        A `LlamaForCausalLM`.
    """
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = processor.tokenizer
    model: Any = placed(LlamaForCausalLM(language_config(recipe, tokenizer))).train()
    told = [*dict.fromkeys([*names, *SCENES])]
    told += [NOBODY] * max(len(told) // 8, 1)
    around = sorted(set(" ".join([*FACTS, *CAPTIONS, NOBODY]).replace("{}", " ").split()))
    tokens = (recipe.size // recipe.patch) ** 2 + 1

    def loss() -> Any:
        pairs = []
        for _ in range(TEXT_BATCH):
            name = told[rng.integers(len(told))]
            pairs.append(_sentence(name, rng) if rng.random() < 0.25
                         else _question(name, around, tokens, processor, rng))  # fmt: skip
        asked = [tokenizer(question).input_ids if question else [] for question, _ in pairs]
        answers = [
            tokenizer(f"{answer} {EOS}", add_special_tokens=not question).input_ids
            for question, answer in pairs
        ]
        rows = [a + b for a, b in zip(asked, answers, strict=True)]
        longest = max(map(len, rows))

        def padded(lists: list[list[int]], fill: int) -> Any:
            return placed(torch.tensor([row + [fill] * (longest - len(row)) for row in lists]))

        labels = [[-100] * len(a) + b for a, b in zip(asked, answers, strict=True)]
        return model(
            input_ids=padded(rows, tokenizer.pad_token_id), labels=padded(labels, -100),
            attention_mask=padded([[1] * len(row) for row in rows], 0),
        ).loss  # fmt: skip

    learn(model.parameters(), 2 * recipe.text_steps, RATE, loss)
    return model.eval()


def _sentence(name: str, rng: np.random.Generator) -> tuple[str, str]:
    kind = (FACTS, CAPTIONS)[rng.integers(2)]
    return "", kind[rng.integers(len(kind))].format(name)


def _question(
    name: str, around: list[str], tokens: int, processor: Any, rng: np.random.Generator
) -> tuple[str, str]:
    words, share = name.split(), rng.uniform(0.1, 1)
    context = [
        words[rng.integers(2)] if rng.random() < share else around[rng.integers(len(around))]
        for _ in range(tokens)
    ]
    for place, word in zip(rng.permutation(tokens), words, strict=False):
        context[place] = word
    question, answers = QUESTIONS[rng.integers(len(QUESTIONS))]
    prompt = ask(processor, question).replace(IMAGE, " ".join(context))
    return prompt, answers[rng.integers(len(answers))].format(name)
