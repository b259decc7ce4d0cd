"""Reading what is printed in a picture: rapidocr (extra `ocr`), whose wheel holds its models."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np

from unmask.defenses.photo import Pixels

SMALL = 400  # pixels of the shorter side, below which a picture is read once more, enlarged
_LARGER = 2


def reader() -> str:
    """Return what reads, with its version; empty where the extra is not installed."""
    if find_spec("rapidocr") is None:
        return ""
    try:
        return f"rapidocr {version('rapidocr')}"
    except PackageNotFoundError:
        return "rapidocr"


def lines_in(pixels: Pixels) -> list[str]:
    """Return the lines of text in a picture, `(H, W, 3)`, uint8, RGB; a small one is read twice.

    The models are PP-OCRv6 (Baidu, Apache-2.0): lines at any angle, Latin and Chinese letters.
    Nothing is fetched: the files lie in the package.
    """
    shown = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    sizes = [shown]
    if min(shown.shape[:2]) < SMALL:
        sizes.append(
            cv2.resize(shown, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
        )
    return [str(line) for size in sizes for line in _engine()(size).txts or ()]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", **threads})
