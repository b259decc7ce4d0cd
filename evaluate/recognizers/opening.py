"""Opening an ONNX file: who runs it, and how its input lies in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.device import once_a_device, onnx_follows, onnx_suffix, open_onnx, stays

BATCH = 8  # where the model takes any number


class Model(NamedTuple):
    """An opened ONNX file.

    Args:
        run: from a batch of pictures, float32, to what the model gives first.
        channels_first: whether that is `(N, 3, H, W)` and not `(N, H, W, 3)`.
        batch: the number of pictures it takes.
    """

    run: Callable[[NDArray[np.float32]], Any]
    channels_first: bool
    batch: int


def runner(*, by_opencv: bool) -> str:
    """Return text that tells models apart by who runs them; empty for onnxruntime here."""
    return f" opencv={cv2.__version__}" if _is_opencvs(by_opencv) else onnx_suffix()


@once_a_device()
def opened(path: Path, size: int, *, by_opencv: bool = False) -> Model:
    """Open a file and check that its input is what `Onnx` will feed.

    Args:
        path: the file.
        size: side of the pictures.
        by_opencv: let OpenCV run it if its new engine is there, else onnxruntime. OpenCV knows
            the processor alone: another device is onnxruntime's, where that can.

    Raises:
        ValueError: it is no ONNX model, or takes something else.
    """
    if not onnx_follows():
        stays(f"the face model {path.stem}")
    try:
        session = open_onnx(path)
    except Exception as error:  # onnxruntime has no common base for its errors
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"{path} must be an ONNX model, got: {reason}") from error
    inputs = session.get_inputs()
    shape = list(inputs[0].shape)
    first = len(shape) == 4 and shape[1] == 3
    sides = shape[2:] if first else shape[1:3]
    fits = len(shape) == 4 and 3 in (shape[1], shape[3]) and len(inputs) == 1
    if not fits or inputs[0].type != "tensor(float)":
        raise ValueError(
            f"{path.name} must take one batch of pictures, (N, 3, {size}, {size}) float32, "
            f"got {len(inputs)} input(s), {shape} {inputs[0].type}; is it a face recognizer?"
        )
    if any(isinstance(side, int) and side > 0 and side != size for side in sides):
        raise ValueError(
            f"{path.name} takes pictures of {sides[0]} x {sides[1]}, got size={size}; "
            f"give size={sides[0]}"
        )
    batch = shape[0] if isinstance(shape[0], int) and shape[0] > 0 else BATCH
    if _is_opencvs(by_opencv):
        return Model(_run_by_opencv(path), first, batch)
    name = inputs[0].name
    return Model(lambda pictures: session.run(None, {name: pictures})[0], first, batch)


def _is_opencvs(wanted: bool) -> bool:
    return wanted and hasattr(cv2.dnn, "ENGINE_NEW") and not onnx_follows()


def _run_by_opencv(path: Path) -> Callable[[NDArray[np.float32]], Any]:
    network = cv2.dnn.readNetFromONNX(str(path), cv2.dnn.ENGINE_NEW)

    def run(pictures: NDArray[np.float32]) -> Any:
        network.setInput(pictures)
        return network.forward()

    return run
