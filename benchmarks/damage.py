"""Picture files of every kind, and twelve ways to damage a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from importlib.util import find_spec

import numpy as np
from numpy.random import Generator
from PIL import Image

from unmask.defenses.files.pictures import PictureMeta, encode_picture
from unmask.defenses.photo import Pixels

SECRET = b"owner-of-this-camera"
_BLOCK = 64  # bytes; a tenth of a small file


def files_of(pixels: Pixels) -> dict[str, bytes]:
    """Return the same picture as files of all formats, with something secret where that goes."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    text = SECRET.decode()
    made = {
        "baseline.jpg": _saved(pixels, "JPEG", exif=exif, comment=text, quality=90),
        "progressive.jpg": _saved(pixels, "JPEG", exif=exif, progressive=True, quality=85),
        "full-colour.jpg": _saved(pixels, "JPEG", subsampling=0, comment=text, quality=95),
        "cmyk.jpg": _saved(pixels, "JPEG", mode="CMYK", comment=text),
        "grey.jpg": _saved(pixels, "JPEG", mode="L", exif=exif),
        "plain.png": _saved(pixels, "PNG", exif=exif),
        "palette.png": _saved(pixels, "PNG", mode="P"),
        "sheer.png": _saved(pixels, "PNG", mode="RGBA"),
        "deep.png": _deep(pixels, "png"),
        "lossy.webp": _saved(pixels, "WEBP", exif=exif, quality=85),
        "whole.webp": _saved(pixels, "WEBP", exif=exif, lossless=True),
        "plain.tif": _saved(pixels, "TIFF", compression="tiff_lzw", description=text),
        "deep.tif": _deep(pixels, "tif"),
        "plain.bmp": _saved(pixels, "BMP"),
        "plain.gif": _saved(pixels, "GIF", comment=SECRET),
        "plain.jp2": _saved(pixels, "JPEG2000"),
        "plain.avif": _saved(pixels, "AVIF", exif=exif),
        "plain.ppm": _saved(pixels, "PPM"),
    }
    if find_spec("pillow_heif"):
        encode_picture("first.heic", pixels)  # opens the format for Pillow
        made["plain.heic"] = _saved(pixels, "HEIF", exif=exif, quality=85)
    return made


def _saved(pixels: Pixels, kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind, **options)
    return file.getvalue()


def _deep(pixels: Pixels, ending: str) -> bytes:
    values = pixels.astype(np.uint16) * np.uint16(257)
    return encode_picture(f"deep.{ending}", pixels, PictureMeta(deep=values))


def _cut(data: bytes, rng: Generator) -> bytes:
    return data[: int(rng.integers(len(data) // 10, len(data)))]


def _stub(data: bytes, rng: Generator) -> bytes:
    return data[: int(rng.integers(0, min(len(data), 300)))]


def _bits(data: bytes, rng: Generator) -> bytes:
    return _flipped(data, rng, 3)


def _many_bits(data: bytes, rng: Generator) -> bytes:
    return _flipped(data, rng, max(8, len(data) // 200))


def _zeros(data: bytes, rng: Generator) -> bytes:
    start, stop = _part(data, rng)
    return data[:start] + bytes(stop - start) + data[stop:]


def _noise(data: bytes, rng: Generator) -> bytes:
    start, stop = _part(data, rng)
    return data[:start] + rng.bytes(stop - start) + data[stop:]


def _hole(data: bytes, rng: Generator) -> bytes:
    start, stop = _part(data, rng)
    return data[:start] + data[stop:]


def _twice(data: bytes, rng: Generator) -> bytes:
    start, stop = _part(data, rng)
    return data[:stop] + data[start:stop] + data[stop:]


def _head(data: bytes, rng: Generator) -> bytes:
    broken = bytearray(data)
    for place in rng.integers(2, min(len(data), 64), 4):
        broken[place] = int(rng.integers(256))
    return bytes(broken)


def _large(data: bytes, rng: Generator) -> bytes:
    """Write large numbers near the start, where sizes and lengths stand."""
    place = int(rng.integers(4, min(len(data) - 4, 200)))
    return data[:place] + b"\x7f\xff\xff\xff"[: int(rng.integers(2, 5))] + data[place + 4 :]


def _half(data: bytes, rng: Generator) -> bytes:
    """Go on with the file from somewhere else."""
    middle = len(data) // 2
    return data[:middle] + data[int(rng.integers(len(data))) :]


def _more(data: bytes, rng: Generator) -> bytes:
    return data + rng.bytes(200) + data


DAMAGES: Mapping[str, Callable[[bytes, Generator], bytes]] = {
    "cut off": _cut, "nothing but a start": _stub, "3 bits turned": _bits,
    "many bits turned": _many_bits, "a part of zeros": _zeros, "a part of noise": _noise,
    "a part missing": _hole, "a part twice": _twice, "4 bytes of the head": _head,
    "large numbers in the head": _large, "goes on elsewhere": _half, "more behind the end": _more,
}  # fmt: skip


def _part(data: bytes, rng: Generator) -> tuple[int, int]:
    length = max(_BLOCK, len(data) // 10)
    start = int(rng.integers(max(1, len(data) - length)))
    return start, start + length


def _flipped(data: bytes, rng: Generator, count: int) -> bytes:
    broken = bytearray(data)
    for place in rng.integers(len(data), size=count):
        broken[place] ^= 1 << int(rng.integers(8))
    return bytes(broken)
