"""Pictures that show how far the training of the face-swap model is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from unmask.defenses.face_swap.model import SwapNet
from unmask.defenses.face_swap.sample import sample

from .face_swap_data import Batch


def contact_sheet(net: SwapNet, batch: Batch, path: Path, *, steps: int = 20) -> None:
    """Write rows of crop, masked crop and two samples, two faces side by side.

    It shows real people: keep it private.
    """
    draws = [
        sample(net, batch.clean, batch.mask, batch.maps, _noise(batch, seed), steps=steps)
        for seed in (1, 2)
    ]
    columns = torch.stack([batch.clean, batch.known, *draws], 1)  # (N, 4, 3, S, S)
    count, size = len(columns) // 2 * 2, batch.clean.shape[-1]
    table = columns[:count].reshape(count // 2, 8, 3, size, size)
    picture = table.permute(0, 3, 1, 4, 2).reshape(count // 2 * size, 8 * size, 3)
    values = np.rint((picture.cpu().numpy() + 1) * 127.5).clip(0, 255).astype(np.uint8)
    Image.fromarray(values).save(path)


def loss_curve(log: list[list[float]], path: Path) -> None:
    """Draw the training and held-out loss against the minutes of training.

    Args:
        log: rows of step, minutes, training loss, held-out loss.
        path: PNG file.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    _, minutes, train, held = zip(*log, strict=True)
    axes.plot(minutes, train, label="training")
    axes.plot(minutes, held, label="people held out (averaged weights)")
    axes.set(xlabel="minutes", ylabel="loss", yscale="log", title="Face-swap model")
    axes.legend()
    figure.savefig(path, dpi=100)


def _noise(batch: Batch, seed: int) -> torch.Tensor:
    return torch.randn(batch.clean.shape, generator=torch.Generator().manual_seed(seed))
