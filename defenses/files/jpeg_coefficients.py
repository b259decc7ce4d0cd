"""DCT coefficients of JPEG files in memory, through libjpeg-turbo as `jpeglib` brings it along."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .jpeg_segments import Jpeg, NotLosslessError

_LIBRARY = "turbo210"  # 2.1.0; by a third quicker than the package's default
_COLOUR = {1: 1, 3: 3}  # libjpeg's numbers of grey, and of luminance with colour differences
Blocks = NDArray[np.int16]


class Coefficients(NamedTuple):
    """What a JPEG stores of its picture.

    Args:
        blocks: for each channel `(rows, columns, 64)`, int16, quantized; frequencies row by row.
        tables: for each channel `(64,)`, uint16, the quantization.
    """

    blocks: tuple[Blocks, ...]
    tables: tuple[NDArray[np.uint16], ...]


def read_coefficients(jpeg: Jpeg) -> Coefficients:
    """Read the coefficients of a JPEG.

    Raises:
        ImportError: `jpeglib` is missing.
        NotLosslessError: it is broken.
    """
    channels = len(jpeg.sampling)
    blocks = tuple(np.zeros((*jpeg.grid(i), 64), np.int16) for i in range(channels))
    tables, numbers = np.zeros((4, 64), np.uint16), np.zeros(4, np.int16)
    with _file(jpeg.data) as path:
        try:
            _library().read_jpeg_dct(
                path, *_padded(blocks), np.ctypeslib.as_ctypes(tables),
                np.ctypeslib.as_ctypes(numbers),
            )  # fmt: skip
        except OSError as error:
            raise NotLosslessError("it is broken") from error
    return Coefficients(blocks, tuple(tables[number] for number in numbers[:channels]))


def write_coefficients(jpeg: Jpeg, coefficients: Coefficients) -> bytes:
    """Write a baseline JPEG of the size and sampling of another one.

    Raises:
        ImportError: `jpeglib` is missing.
        NotLosslessError: it cannot be written.
    """
    channels = len(jpeg.sampling)
    distinct = {table.tobytes(): table for table in coefficients.tables}
    numbers = np.full(4, -1, np.int16)
    numbers[:channels] = [[*distinct].index(table.tobytes()) for table in coefficients.tables]
    tables = np.zeros((4, 64), np.uint16)
    tables[: len(distinct)] = [*distinct.values()]
    grids = np.array([jpeg.grid(i) for i in range(channels)], np.intc)
    factors = np.array([(down, across) for across, down in jpeg.sampling], np.intc)
    with _file(b"") as path:
        try:
            _library().write_jpeg_dct(
                None, path, *_padded(coefficients.blocks),
                (ctypes.c_int * 2)(jpeg.height, jpeg.width), np.ctypeslib.as_ctypes(grids),
                _COLOUR[channels], channels, np.ctypeslib.as_ctypes(factors),
                np.ctypeslib.as_ctypes(tables), -1, np.ctypeslib.as_ctypes(numbers),
                0, None, None, None, [],
            )  # fmt: skip
        except OSError as error:
            raise NotLosslessError("it cannot be written") from error
        return Path(path).read_bytes()


@cache
def _library() -> Any:
    try:
        import jpeglib
        from jpeglib._bind import CJpegLib
    except ImportError as error:
        raise ImportError(
            "keeping the blocks of a JPEG needs jpeglib; pip install 'unmask[lossless]'"
        ) from error
    jpeglib.version.set(_LIBRARY)
    return CJpegLib


def _padded(blocks: tuple[Blocks, ...]) -> list[Any]:
    arrays = [np.ctypeslib.as_ctypes(np.ascontiguousarray(one)) for one in blocks]
    return [*arrays, *[None] * (4 - len(arrays))]


@contextmanager
def _file(data: bytes) -> Iterator[str]:
    """Yield the path of a file, in memory if the system has that: photos show people.

    What lies in memory is gone with the process, however that ends.
    """
    if not hasattr(os, "memfd_create"):
        with tempfile.TemporaryDirectory(prefix="unmask-") as folder:
            path = Path(folder) / "picture.jpg"
            path.write_bytes(data)
            yield str(path)
        return
    handle = os.memfd_create("unmask")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        yield f"/proc/self/fd/{handle}"
