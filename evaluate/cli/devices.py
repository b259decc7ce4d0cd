"""What `unmask doctor` says of devices, and how near the chosen one is to the processor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from unmask.device import CPU, chosen, device, on_device, onnx_follows, there

NEAR = 1e-3
"""Distance of one face here from the same there; people are told apart at 0.6."""


def devices() -> Iterator[str]:
    """Yield what is there and what is chosen; of another device than the processor, if it errs."""
    yield from (f"{name}: {what}" for name, what in there().items())
    with on_device("auto"):
        best = device()
    yield f"chosen: {chosen()} (--device or UNMASK_DEVICE); auto is {best}"
    if device() == CPU:
        return
    yield "ONNX models run there" if onnx_follows() else "ONNX models stay on cpu"
    far = distance()
    if far < NEAR:
        yield f"dlib's network agrees with cpu: faces are at most {far:.1g} apart"
    else:
        yield f"dlib's network DOES NOT AGREE with cpu: {far:.2g} apart; figures would be wrong"


def distance() -> float:
    """Return how far vectors of the same faces are apart by dlib's network, at most.

    One on the device, one on the processor, of noise and of smooth pictures.
    """
    from ..recognizers.dlib_resnet import DlibResNet

    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (4, 150, 150, 3), np.uint8)
    smooth = np.kron(rng.integers(0, 256, (4, 5, 5, 3)), np.ones((1, 30, 30, 1))).astype(np.uint8)
    chips = [*noise, *smooth]
    made = DlibResNet().forward(chips)
    with on_device(CPU):
        wanted = DlibResNet().forward(chips)
    far = np.linalg.norm(made - wanted, axis=1).max()
    return float(far) if np.isfinite(far) else float("inf")
