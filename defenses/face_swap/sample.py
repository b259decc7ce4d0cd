"""Drawing faces from the model: Euler steps from noise to picture."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from unmask.device import beside

from .model import SwapNet, precision

_SHIFT = 1.5  # above 1: more of the steps at high noise, where the face is decided


@torch.no_grad()
def sample(
    net: SwapNet,
    source: Tensor,
    mask: Tensor,
    maps: Tensor,
    noise: Tensor,
    *,
    steps: int = 20,
    start: float = 1.0,
) -> Tensor:
    """Fill the masked part of crops with new faces.

    Args:
        net: the model.
        source: `(N, 3, S, S)`, -1 to 1. Inside the mask it is seen only if `start` < 1.
        mask: `(N, 1, S, S)`, 1 where the face is to be made.
        maps: `(N, 3, S, S)`, 0 to 1, of `landmark_maps`.
        noise: `(N, 3, S, S)`, standard normal; it decides the face.
        steps: Euler steps; one evaluation of the network each.
        start: share of noise at the start; below 1 the source shines through (Meng et al.:
            SDEdit, ICLR 2022).

    Returns:
        `(N, 3, S, S)`, float32, -1 to 1, the source outside the mask; on the processor,
        wherever the model is.
    """
    weights = next(net.parameters(), source)
    source, mask, maps, noise = (beside(x, weights) for x in (source, mask, maps, noise))
    full = weights.dtype == torch.float32
    half = full and precision() == torch.bfloat16
    known = source * (1 - mask)
    times = torch.linspace(1, 0, steps + 1)
    times = beside(start * _SHIFT * times / (1 + (_SHIFT - 1) * times), weights)
    now = times[0] * noise + (1 - times[0]) * source if start < 1 else noise
    now = now * mask + known
    for time, after in pairwise(times):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            made = net(now, time.expand(len(now)), known, mask, maps)
        made = made.float().clamp(-1.05, 1.05)
        now = (made + (now - made) * (after / time)) * mask + known
    return now.clamp(-1, 1).cpu()
