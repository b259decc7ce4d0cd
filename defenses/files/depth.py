"""Pictures of 16 bits: seen in 8, written with the values they had where nothing changed."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Deep = NDArray[np.uint16]
KINDS = ("PNG", "TIFF")  # what is written in 16 bits
_STEP = 257  # 65535 / 255
_STRIP = 1_000_000  # pixels


def eight_bits(values: NDArray[np.generic], mode: str = "") -> NDArray[np.uint8]:
    """Return 16-bit values in the 255 steps of 8.

    Raises:
        ValueError: they are of no known range.
    """
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f"values must be of 8 or 16 bits, got {values.min():g} to {values.max():g} "
            f"in mode {mode}; convert it to 16-bit PNG"
        )
    made = np.empty(values.shape, np.uint8)
    for rows in _strips(values.shape):
        made[rows] = (values[rows].astype(np.uint32) + _STEP // 2) // _STEP
    return made


def deep_colours(data: bytes, source: Image.Image) -> Deep | None:
    """Return `(H, W, 3)`, uint16, RGB, as they are stored; None if it has not 16 bits.

    Pillow has 16 bits for grey alone; colours it cuts to 8.

    Args:
        data: the file.
        source: what Pillow made of it, loaded.
    """
    if source.mode not in ("RGB", "RGBA") or not _says_16(data, source):
        return None
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    values = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if values is None or values.dtype != np.uint16 or values.shape[:2] != source.size[::-1]:
        return None
    if values.ndim != 3:
        return None
    colours: Deep = np.ascontiguousarray(values[..., 2::-1]).astype(np.uint16)
    # two decoders: what is written must be the picture in which faces are looked for
    seen = np.asarray(source)[..., :3]
    for rows in _strips(colours.shape):
        gap = (colours[rows] >> 8).astype(np.int16) - seen[rows]
        if np.abs(gap).max() > 1:
            return None
    return colours


def covered(deep: Deep, region: NDArray[np.float32]) -> Deep:
    """Return the values without those inside a region: nothing of a face stays in low bits."""
    inside = region > 0
    return np.where(inside if deep.ndim == 2 else inside[..., None], np.uint16(0), deep)


def deepened(pixels: NDArray[np.uint8], deep: Deep) -> Deep:
    """Return pixels in 16 bits: the values of the source wherever they look like the pixels."""
    made = deep.copy()
    for rows in _strips(deep.shape):
        other = eight_bits(deep[rows]) != pixels[rows]
        np.copyto(made[rows], pixels[rows].astype(np.uint16) * np.uint16(_STEP), where=other)
    return made


def encoded(values: Deep, kind: str, alpha: NDArray[np.uint8] | None, icc: bytes | None) -> bytes:
    """Write 16 bits as PNG or TIFF, without anything but pixels and profile.

    Args:
        values: `(H, W)` grey or `(H, W, 3)` RGB.
        kind: one of `KINDS`.
        alpha: `(H, W)`, uint8, opacity; for colours only.
        icc: the colour profile.
    """
    if alpha is not None:
        values = np.dstack([values, alpha.astype(np.uint16) * np.uint16(_STEP)])
    if kind == "TIFF":
        import tifffile

        file = io.BytesIO()
        tifffile.imwrite(
            file, values, photometric="rgb" if values.ndim == 3 else "minisblack",
            compression="zlib", extrasamples=None if alpha is None else ["unassalpha"],
            iccprofile=icc, metadata=None, software=False,
        )  # fmt: skip
        return file.getvalue()
    swapped = values if values.ndim == 2 else values[..., [2, 1, 0, 3][: values.shape[2]]]
    fine, made = cv2.imencode(".png", np.ascontiguousarray(swapped))
    if not fine:
        raise ValueError("the picture cannot be stored as PNG")
    head, rest = made.tobytes()[:33], made.tobytes()[33:]  # IHDR comes first, the profile after it
    return head + (_profile(icc) if icc else b"") + rest


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield some rows after the other: what is made of them in between stays small."""
    step = max(1, _STRIP // max(1, shape[1]))
    yield from (slice(start, start + step) for start in range(0, shape[0], step))


def _says_16(data: bytes, source: Image.Image) -> bool:
    if source.format == "PNG":
        return data[24:25] == b"\x10"
    if source.format == "TIFF":
        bits = getattr(source, "tag_v2", {}).get(258, ())
        return bool(bits) and set(bits) == {16}
    return False


def _profile(icc: bytes) -> bytes:
    body = b"iCCPicc\0\0" + zlib.compress(icc)
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
