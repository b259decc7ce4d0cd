"""A JPEG that changes in one region and nowhere else, not even by being stored again.

JPEG codes a picture in units (MCU) of 8 to 16 pixels each way. Those that a region touches are
coded anew, with the quantization and sampling that the photo has; the DCT coefficients of all
others stay as they are, so that nothing outside is lost.
"""

from __future__ import annotations

import io
import struct

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..photo import Pixels
from .jpeg_coefficients import Blocks, Coefficients, read_coefficients, write_coefficients
from .jpeg_segments import Jpeg, NotLosslessError, application, cleaned, parsed
from .turning import turned_back

_ACROSS = 64  # units in a row of what is coded anew
_SUBSAMPLING = {(1, 1): 0, (2, 1): 1, (2, 2): 2}  # as Pillow numbers it
_JFIF = b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 0, 1, 1, 0, 0)
_GAP = 32  # levels of lightness; sound files of any quality have up to 16
_MOST_ICC = 65519  # bytes in one segment


def spliced(
    source: bytes,
    pixels: Pixels,
    mask: NDArray[np.float32],
    *,
    orientation: int = 1,
    icc: bytes | None = None,
) -> bytes:
    """Return a JPEG with new pixels where the region is, all else as it was stored.

    A unit that the region touches with a single pixel is replaced as a whole, luminance and
    colours. Nothing else of the file survives: no EXIF, thumbnail, comment or second picture.
    The photo stays turned as it is stored: where that is not upright, an EXIF that holds the
    orientation alone says so. A progressive file becomes a baseline one.

    Args:
        source: the JPEG file.
        pixels: `(H, W, 3)`, uint8, RGB, upright: the defended photo.
        mask: `(H, W)`, above 0 where pixels may differ from those of the source.
        orientation: the EXIF orientation of the source, 1 to 8.
        icc: the colour profile to write; it must be one of the colours that are stored.

    Raises:
        NotLosslessError: the source is built in a way that is not handled: coded
            arithmetically, CMYK, 12 bits, an unusual sampling. Store the photo anew then.
        ImportError: `jpeglib` is missing.
    """
    jpeg = parsed(source)
    inside, new = turned_back(mask > 0, orientation), turned_back(pixels, orientation)
    if inside.shape != (jpeg.height, jpeg.width) or new.shape[:2] != inside.shape:
        raise NotLosslessError("its size is another one than that of its picture")
    kept = read_coefficients(jpeg)
    touched = np.argwhere(_by_unit(inside, jpeg.unit))
    if touched.size:
        coded = _coded(_units(new, touched, jpeg.unit), jpeg, kept)
        for channel, (old, made) in enumerate(zip(kept.blocks, coded.blocks, strict=True)):
            _replace(old, made, touched, jpeg.sampling[channel])
    if _gap(kept, new) > _GAP:
        raise NotLosslessError("its data are damaged")
    head = application(0, _JFIF) + _oriented(orientation) + _profile(icc)
    return cleaned(write_coefficients(jpeg, kept), sampling=jpeg.sampling, before=head)


def _by_unit(inside: NDArray[np.bool_], unit: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which units hold a pixel of the region."""
    height, width = inside.shape
    padded = np.zeros((height, -(-width // 8) * 8), np.bool_)
    padded[:, :width] = inside
    eights = padded.view(np.uint64)  # eight pixels at once: a unit is no narrower
    down = np.bitwise_or.reduceat(eights, np.arange(0, height, unit[0]), 0)
    columns = np.arange(0, eights.shape[1], unit[1] // 8)
    return np.asarray(np.bitwise_or.reduceat(down, columns, 1) != 0)


def _units(pixels: Pixels, touched: NDArray[np.intp], unit: tuple[int, int]) -> Pixels:
    """Lay units beside each other: how one is coded does not depend on its neighbours.

    Beyond the border of the photo its last row or column goes on.
    """
    (height, width), across = unit, min(_ACROSS, len(touched))
    sheet = np.zeros((-(-len(touched) // across) * height, across * width, 3), np.uint8)
    for place, (row, column) in enumerate(touched * unit):
        part = pixels[row : row + height, column : column + width]
        if part.shape[:2] != unit:
            missing = height - part.shape[0], width - part.shape[1]
            part = np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)), "edge")
        top, left = place // across * height, place % across * width
        sheet[top : top + height, left : left + width] = part
    return sheet


def _coded(sheet: Pixels, jpeg: Jpeg, kept: Coefficients) -> Coefficients:
    picture, file = Image.fromarray(sheet), io.BytesIO()
    if len(jpeg.sampling) == 1:
        picture = picture.convert("L")
    tables = [table.tolist() for table in kept.tables]
    picture.save(file, "JPEG", qtables=tables, subsampling=_SUBSAMPLING[jpeg.sampling[0]])
    made = read_coefficients(parsed(file.getvalue()))
    if any((a != b).any() for a, b in zip(made.tables, kept.tables, strict=True)):
        raise NotLosslessError("its quantization is unusual")
    return made


def _replace(
    old: Blocks, made: Blocks, touched: NDArray[np.intp], factors: tuple[int, int]
) -> None:
    """Write the blocks of each new unit over those of the unit that they stand for."""
    across = made.shape[1] // factors[0]
    for column in range(factors[0]):
        for row in range(factors[1]):
            goal = touched * (factors[1], factors[0]) + (row, column)
            place = np.arange(len(touched))
            from_ = place // across * factors[1] + row, place % across * factors[0] + column
            there = (goal < old.shape[:2]).all(1)  # the last unit may reach over the border
            old[goal[there, 0], goal[there, 1]] = made[from_[0][there], from_[1][there]]


def _gap(kept: Coefficients, pixels: Pixels) -> float:
    """Return by how much a block is at most lighter or darker than its pixels are.

    Faces were looked for in what Pillow's decoder made of a file; of damaged data another one
    may make another picture, with the faces elsewhere.
    """
    rows, columns = pixels.shape[0] // 8, pixels.shape[1] // 8  # whole blocks
    if not rows or not columns:
        return 0.0
    grey = cv2.cvtColor(
        np.ascontiguousarray(pixels[: 8 * rows, : 8 * columns]), cv2.COLOR_RGB2GRAY
    )
    means = cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)
    stored = kept.blocks[0][:rows, :columns, 0] * (np.float32(kept.tables[0][0]) / 8) + 128
    return float(np.abs(stored.clip(0, 255) - means).max())


def _oriented(orientation: int) -> bytes:
    """Return EXIF with one entry, or nothing for a photo that is stored upright."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return application(1, b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4))


def _profile(icc: bytes | None) -> bytes:
    if not icc:
        return b""
    assert len(icc) <= _MOST_ICC  # ours have hundreds of bytes
    return application(2, b"ICC_PROFILE\0\x01\x01" + icc)
