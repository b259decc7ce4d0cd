"""What `unmask doctor` says of devices, and how near the chosen one is to the processor."""

from __future__ import annotations

from collections.abc import Iterator

from unmask.defenses.faces.dlib_net import NEAR, load_dlib_net
from unmask.device import CPU, chosen, device, on_device, onnx_follows, there


def devices() -> Iterator[str]:
    """Yield what is there and what is chosen; of another device than the processor, if it errs."""
    yield from (f"{name}: {what}" for name, what in there().items())
    with on_device("auto"):
        best = device()
    yield f"chosen: {chosen()} (--device or UNMASK_DEVICE); auto is {best}"
    if device() == CPU:
        return
    yield "ONNX models run there" if onnx_follows() else "ONNX models stay on cpu"
    try:
        load_dlib_net()
    except ValueError as error:
        yield str(error)
    else:
        yield f"dlib's network agrees with cpu: faces are less than {NEAR:g} apart"
