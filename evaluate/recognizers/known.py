"""Public face models that `onnx:` knows by name, and how they are fetched."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from unmask.defenses.files.cache import cache_folder


@dataclass(frozen=True)
class Known:
    """A published model.

    Args:
        source: URL of the file.
        sha256: checksum that others published for it, or that the release states.
        licence: what its authors allow; the weights, not the code.
        settings: fields of `Onnx` that differ from its defaults.
        paper: who made it.
    """

    source: str
    sha256: str
    licence: str
    settings: dict[str, Any]
    paper: str


_SIGNED = {"mean": 127.5, "scale": 1 / 127.5}  # to the range -1 to 1
_GITHUB = "https://github.com"
KNOWN = {
    "adaface": Known(
        f"{_GITHUB}/yakhyo/adaface-onnx/releases/download/weights/adaface_ir_101.onnx",
        "f2eb07d03de0af560a82e1214df799fec5e09375d43521e2868f9dc387e5a43e",
        "code MIT; trained on WebFace12M, whose licence allows non-commercial research only",
        {**_SIGNED, "channels": "bgr"},
        "Kim, Jain, Liu: AdaFace: quality adaptive margin for face recognition. CVPR 2022",
    ),
    "arcface": Known(
        f"{_GITHUB}/yakhyo/uniface/releases/download/weights/w600k_r50.onnx",
        "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43",
        "non-commercial research only (InsightFace, buffalo_l)",
        _SIGNED,
        "Deng, Guo, Xue, Zafeiriou: ArcFace: additive angular margin loss. CVPR 2019",
    ),
    "edgeface": Known(
        f"{_GITHUB}/yakhyo/edgeface-onnx/releases/download/weights/edgeface_s_gamma_05.onnx",
        "b850767cf791bda585600b5c4c7d7432b2f998ccd862caae34ef1afa967d2e54",
        "CC BY-NC-SA 4.0: non-commercial (Idiap)",
        _SIGNED,
        "George, Ecabert, Otroshi Shahreza, Kotwal, Marcel: EdgeFace: efficient face "
        "recognition model for edge devices. IEEE T-BIOM 2024",
    ),
    "facenet": Known(
        f"{_GITHUB}/PicPeak/picpeak/releases/download/ml-models-v1/facenet512.onnx",
        "a1c06dcb79dc17a42af01d5bcbce4822caa148b9c24bf7eb8b8e556b4fd0d5db",
        "MIT (deepface, converted)",
        {"size": 160, "standardize": True},
        "Schroff, Kalenichenko, Philbin: FaceNet: a unified embedding. CVPR 2015",
    ),
    "sface": Known(
        f"{_GITHUB}/opencv/opencv_zoo/raw/main/models/face_recognition_sface/"
        "face_recognition_sface_2021dec.onnx",
        "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
        "Apache-2.0 (OpenCV Zoo)",
        {},
        "Zhong, Deng, Hu, Zhao, Li, Wen: SFace: sigmoid-constrained hypersphere loss. "
        "IEEE TIP 2021",
    ),
}


def weight_path(known: Known) -> Path:
    """Return where a model's file is kept: the folder `models` of the cache."""
    return cache_folder() / "models" / known.source.rpartition("/")[2]


def fetched(known: Known) -> Path:
    """Return the model's file, downloading it first if it is not there.

    Raises:
        FileNotFoundError: it cannot be downloaded.
        ValueError: what came, or what lies there, is another file.
    """
    path = weight_path(known)
    if not path.is_file():
        _download(known, path)
    _check(known, path, path)
    return path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check(known: Known, path: Path, place: Path) -> None:
    found = file_hash(path)
    if found != known.sha256:
        raise ValueError(
            f"{known.source} must have the SHA-256 {known.sha256}, got {found}; "
            f"put the right file at {place}, or name a file of yours: onnx:FILE"
        )


def _download(known: Known, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    part = Path(name)
    try:
        with (
            os.fdopen(handle, "wb") as target,
            urllib.request.urlopen(known.source, timeout=30) as stream,
        ):
            shutil.copyfileobj(stream, target, 1 << 20)
        _check(known, part, path)
        part.replace(path)
    except (OSError, HTTPException) as error:
        raise FileNotFoundError(
            f"{known.source} could not be downloaded ({error}); put that file at {path}"
        ) from error
    finally:
        part.unlink(missing_ok=True)
