"""The features that FID and KID compare: Inception v3 as it was in 2015."""

from __future__ import annotations

import hashlib
import io
import math
import os
import pickle
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from unmask.defenses import Photo
from unmask.defenses.photo import Pixels
from unmask.device import once_a_device, placed

from .base import Unavailable

WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"  # ends in the first digits of its SHA-256
SOURCE = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{WEIGHTS}"
SIDE, AROUND, BATCH = 299, 2.0, 16  # pixels; crop in face sizes; photos at a time
PACKAGES = ("torchmetrics", "torch_fidelity")


def features(photos: Sequence[Photo]) -> Any:
    """Return a torch tensor `(N, 2048)` of a square around each main face.

    Photos without a face are taken whole. The weights must lie in torch's own cache: they are
    never downloaded here, and never replaced by random ones.

    Raises:
        Unavailable: packages or weights are missing, or the file is another one.
    """
    import torch

    network = _load(weights_file())
    found = []
    with torch.inference_mode():
        for start in range(0, len(photos), BATCH):
            shown = np.stack([crop(photo) for photo in photos[start : start + BATCH]])
            some = torch.from_numpy(shown.transpose(0, 3, 1, 2).copy())
            found.append(network(placed(some)).cpu())
    return torch.cat(found)


def crop(photo: Photo) -> Pixels:
    """Return `(299, 299, 3)`, uint8: twice the main face, mirrored at the photo's edges."""
    pixels = photo.pixels
    if photo.face is not None:
        x, y, w, h = photo.face.box
        side = max(8, math.ceil(AROUND * max(w, h)))
        left, top = round(x + w / 2 - side / 2), round(y + h / 2 - side / 2)
        columns = _mirrored(np.arange(left, left + side), pixels.shape[1])
        rows = _mirrored(np.arange(top, top + side), pixels.shape[0])
        pixels = pixels[rows][:, columns]
    way = cv2.INTER_AREA if min(pixels.shape[:2]) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (SIDE, SIDE), interpolation=way), np.uint8)


def _mirrored(places: Any, size: int) -> Any:
    around = np.mod(places, 2 * size)
    return np.minimum(around, 2 * size - 1 - around)


def weights_file() -> Path:
    """Return the file of the weights, where torch keeps it.

    Raises:
        Unavailable: package or file are missing.
    """
    if not all(find_spec(package) for package in PACKAGES):
        raise Unavailable("FID and KID need two more packages; pip install 'unmask[fid]'")
    path = torch_folder() / WEIGHTS
    if not path.is_file():
        raise Unavailable(f"FID and KID need Inception's weights; put {SOURCE} into {path.parent}")
    return path


def torch_folder() -> Path:
    """Return where torch keeps the weights it has downloaded, without importing it."""
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    home = os.environ.get("TORCH_HOME", f"{cache}/torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


@once_a_device()
def _load(path: Path) -> Any:
    import torch
    from torchmetrics.image.fid import NoTrainInceptionV3

    data = path.read_bytes()
    if not hashlib.sha256(data).hexdigest().startswith(path.stem[-8:]):
        raise Unavailable(f"{path} is damaged; remove it and put {SOURCE} there")
    # the library unpickles whatever it is given: first see that these bytes hold only tensors
    try:
        torch.load(io.BytesIO(data), weights_only=True)
    except pickle.UnpicklingError as error:
        raise Unavailable(f"{path} holds more than tensors and is not opened") from error
    checked: Any = io.BytesIO(data)
    return placed(NoTrainInceptionV3("inception-v3-compat", ["2048"], checked))
