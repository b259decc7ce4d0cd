"""What all stages share: pictures as tensors, small changes to them, one step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from unmask.device import CPU, device

from .photos import Pictures


def tensors(pictures: Pictures, image_processor: Any) -> Any:
    """Return `(N, 3, size, size)`, float32, as the model wants them."""
    made = image_processor(images=list(pictures.pixels), return_tensors="pt")
    return made["pixel_values"]


def changed(pixels: Any, generator: Any) -> Any:
    """Return a batch flipped, moved by up to 8 % and made lighter or darker, by lot."""
    import torch
    from torch.nn import functional

    count, _, size, _ = pixels.shape
    reach = max(1, round(size * 0.08))
    wide = functional.pad(pixels, (reach,) * 4, mode="replicate")
    moves = torch.randint(0, 2 * reach + 1, (count, 2), generator=generator).tolist()
    flips = torch.rand(count, generator=generator) < 0.5
    out = torch.stack(
        [wide[i, :, dy : dy + size, dx : dx + size] for i, (dy, dx) in enumerate(moves)]
    )
    out[flips] = out[flips].flip(-1)
    lots = torch.rand(2, count, 1, 1, 1, generator=generator) - 0.5
    return out * (1 + 0.3 * lots[0]) + 0.4 * lots[1]


def learn(parameters: Iterable[Any], steps: int, rate: float, loss_of: Callable[[], Any]) -> float:
    """Take `steps` steps of AdamW, rate rising for a tenth and then falling as a cosine.

    Returns:
        The last loss.

    Raises:
        ValueError: the loss is no longer a finite number.
    """
    import torch

    learned = [p for p in parameters if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.05, betas=(0.9, 0.98))
    rise = max(1, steps // 10)
    last = math.nan
    for step in range(steps):
        share = min((step + 1) / rise, 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.02)
        for group in optimizer.param_groups:
            group["lr"] = rate * share
        optimizer.zero_grad()
        with _same_each_time():
            loss = loss_of()
            loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        last = float(loss.detach())
        if not math.isfinite(last):
            raise ValueError(f"training broke at step {step + 1}: the loss is {last}")
    return last


def _same_each_time() -> AbstractContextManager[Any]:
    """Let attention on a card sum its slopes in one order: the quick ways do not."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    return nullcontext() if device() == CPU else sdpa_kernel(SDPBackend.MATH)
