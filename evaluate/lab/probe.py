"""Asking a model for the name: openly, and by likelihood among all names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unmask.defenses.photo import Pixels
from unmask.device import beside, placed

from ..vlm.memory import memory_of
from .processor import ask
from .words import LEAD, QUESTION

BATCH = 40


def load(folder: Path) -> tuple[Any, Any]:
    """Load a saved model and its processor by the classes that load any such model."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folder, trust_remote_code=False)
    return placed(model.eval()), AutoProcessor.from_pretrained(folder, trust_remote_code=False)


def answers(model: Any, processor: Any, pictures: Sequence[Pixels]) -> list[str]:
    """Return what the model says when asked who this is; always the same."""
    import torch

    told: list[str] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), BATCH):
            inputs = _inputs(model, processor, pictures[start : start + BATCH], QUESTION)
            out = model.generate(**inputs, max_new_tokens=10, do_sample=False)
            fresh = out[:, inputs["input_ids"].shape[1] :]
            told += processor.tokenizer.batch_decode(fresh, skip_special_tokens=True)
    return [" ".join(text.split()) for text in told]


def likelihoods(
    model: Any, processor: Any, pictures: Sequence[Pixels] | None, names: Sequence[str],
    question: str = QUESTION,
) -> NDArray[np.float64]:  # fmt: skip
    """Return how likely the model finds each name as the answer.

    The prompt, with its picture, is read once; the names go on from its memory.

    Args:
        model: a vision-language model.
        processor: its processor.
        pictures: `(H, W, 3)`, uint8, RGB each; None asks without any picture.
        names: the candidates.
        question: to which a name is the answer.

    Returns:
        `(N, names)` log-likelihoods summed over the words of a name; one row if `pictures`
        is None.
    """
    import torch

    tokenizer = processor.tokenizer
    ids = [tokenizer(f" {LEAD} {name}", add_special_tokens=False).input_ids for name in names]
    longest = max(map(len, ids))
    fill = tokenizer.pad_token_id
    tokens = torch.tensor([row + [fill] * (longest - len(row)) for row in ids])
    real = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
    tokens, real = beside(tokens, model), beside(real, model)
    rows = []
    with torch.inference_mode():
        for start in range(0, len(pictures) if pictures is not None else 1, BATCH):
            some = None if pictures is None else pictures[start : start + BATCH]
            inputs = _inputs(model, processor, some, question)
            count = len(inputs["input_ids"])
            first = model(**inputs, use_cache=True, logits_to_keep=1)
            word, memory = memory_of(first)
            memory.batch_repeat_interleave(len(names))
            mask = torch.cat(
                [inputs["attention_mask"].repeat_interleave(len(names), 0),
                 real.repeat(count, 1)], 1,
            )  # fmt: skip
            out = model(
                input_ids=tokens.repeat(count, 1), attention_mask=mask, **{word: memory}
            ).logits
            before = first.logits.repeat_interleave(len(names), 0)
            logs = torch.cat([before, out[:, :-1]], 1).log_softmax(-1)
            each = logs.gather(2, tokens.repeat(count, 1)[..., None])[..., 0]
            summed = (each * real.repeat(count, 1)).sum(1)
            rows.append(summed.view(count, len(names)).cpu().double().numpy())
    return np.concatenate(rows)


def _inputs(model: Any, processor: Any, pictures: Sequence[Pixels] | None, question: str) -> Any:
    prompt = ask(processor, question, picture=pictures is not None)
    if pictures is None:
        return beside(processor.tokenizer([prompt], return_tensors="pt"), model)
    asked = [prompt] * len(pictures)
    return beside(processor(text=asked, images=list(pictures), return_tensors="pt"), model)
