"""Learned perceptual distance."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unmask.defenses import Defended, Photo
from unmask.defenses.photo import Pixels
from unmask.device import once_a_device, placed

from .base import Metric, Unavailable

BACKBONE = "alexnet-owt-7be5be79.pth"  # the name ends in the first digits of its SHA-256
SOURCE = f"https://download.pytorch.org/models/{BACKBONE}"
LEAST = 64  # pixels on the short side; smaller photos are enlarged


@dataclass(frozen=True)
class Lpips(Metric):
    """Measure how different two photos look to AlexNet, in a way fitted to human answers.

    0 is equal; values above 1 are rare and count as 1. The features are those of an AlexNet
    trained on ImageNet, whose weights must lie in torch's own cache: they are never
    downloaded here, and never replaced by random ones.

    Reference:
        Richard Zhang, Phillip Isola, Alexei Efros, Eli Shechtman, Oliver Wang: The
        unreasonable effectiveness of deep features as a perceptual metric. CVPR 2018.
    """

    name: ClassVar = "lpips"
    higher_is: ClassVar = "worse"
    bounds: ClassVar = (0.0, 1.0)
    needs: ClassVar = ("weights",)

    def values(self, clean: Sequence[Photo], defended: Sequence[Defended]) -> NDArray[np.float64]:
        """Return one distance per photo."""
        distance = _load(_backbone())
        pairs = zip(clean, defended, strict=True)
        return np.array([distance(a.pixels, b.photo.pixels) for a, b in pairs], np.float64)


def _backbone() -> Path:
    """Return the file of AlexNet's weights, where torch keeps it.

    Raises:
        Unavailable: package or file are missing, or the file is another one.
    """
    if not _installed():
        raise Unavailable("LPIPS needs two more packages; pip install 'unmask[lpips]'")
    from torch import hub

    path = Path(hub.get_dir()) / "checkpoints" / BACKBONE
    if not path.is_file():
        raise Unavailable(f"LPIPS needs AlexNet's weights; put {SOURCE} into {path.parent}")
    if not hashlib.sha256(path.read_bytes()).hexdigest().startswith(path.stem[-8:]):
        raise Unavailable(f"{path} is damaged; remove it and put {SOURCE} there")
    return path


def _installed() -> bool:
    return all(find_spec(package) for package in ("lpips", "torchvision"))


@once_a_device()
def _load(_: Path) -> Callable[[Pixels, Pixels], float]:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old spellings inside lpips
        try:
            import lpips
        except (ImportError, RuntimeError) as error:  # torchvision of another torch
            raise Unavailable(
                f"LPIPS cannot be loaded ({error}); pip install torchvision for torch "
                f"{torch.__version__}"
            ) from error
        network: Any = placed(lpips.LPIPS(net="alex", verbose=False).eval().requires_grad_(False))

    def distance(a: Pixels, b: Pixels) -> float:
        tensors = [
            torch.from_numpy(_enlarged(pixels).astype(np.float32)).permute(2, 0, 1)[None]
            for pixels in (a, b)
        ]
        with torch.inference_mode():
            value = float(network(*(placed(tensor / 127.5 - 1) for tensor in tensors)))
        return min(1.0, max(0.0, value))

    return distance


def _enlarged(pixels: Pixels) -> NDArray[Any]:
    short = min(pixels.shape[:2])
    if short >= LEAST:
        return pixels
    height, width = (max(LEAST, round(side * LEAST / short)) for side in pixels.shape[:2])
    made: NDArray[Any] = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return made
