"""Reading and writing pictures, so that what is written says nothing but its pixels."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

from ..photo import Pixels, check_pixels
from . import depth
from .atomic import write_bytes
from .channels import channels_of
from .profiles import renewed
from .turning import UPRIGHT, turned

FORMATS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG",
    ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP", ".gif": "GIF",
    ".ppm": "PPM", ".pgm": "PPM", ".pnm": "PPM", ".jp2": "JPEG2000", ".avif": "AVIF",
}  # fmt: skip
_HEIF = (".heic", ".heif", ".hif")
if find_spec("pillow_heif"):
    FORMATS |= dict.fromkeys(_HEIF, "HEIF")
# photos that cannot be read: a folder with some must not look as if all of it was done
UNREADABLE = frozenset({*_HEIF, ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf"}) - {*FORMATS}
SUFFIXES = frozenset(FORMATS) | UNREADABLE
"""Endings, in lower case, of what counts as a picture file."""
MAX_PIXELS = 65_000_000
"""More are not decoded unless asked for: a small file may hold any number of equal ones."""


@dataclass(frozen=True, eq=False)
class PictureMeta:
    """How a picture was stored, as far as a copy of it should be stored alike.

    Args:
        format: Pillow's name of the format, for example `JPEG`.
        grey: it had one colour channel.
        alpha: `(H, W)`, uint8, opacity; None if it had none.
        icc: a colour profile that gives its colours; made here, nothing of its own one.
        tables: JPEG quantization tables, which are its quality.
        subsampling: JPEG chroma subsampling as Pillow numbers it; -1 if unknown.
        progressive: it was a progressive JPEG.
        lossless: it was a WebP that loses nothing.
        orientation: EXIF's number of how it was turned, 1 to 8; it is read upright.
        converted: whether its colours are no longer those that were stored, see `renewed`.
        deep: `(H, W)` or `(H, W, 3)`, uint16, upright, its values if it had 16 bits.
    """

    format: str = "PNG"
    grey: bool = False
    alpha: NDArray[np.uint8] | None = None
    icc: bytes | None = None
    tables: tuple[tuple[int, ...], ...] = ()
    subsampling: int = -1
    progressive: bool = False
    lossless: bool = False
    orientation: int = UPRIGHT
    converted: bool = False
    deep: depth.Deep | None = None


def read_picture(
    path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS
) -> tuple[Pixels, PictureMeta]:
    """Read a picture file as `decode_picture` does.

    Raises:
        ValueError: it cannot be read, or not decoded. One line with the path.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from error
    return decode_picture(data, str(path), max_pixels=max_pixels)


def decode_picture(
    data: bytes, name: str, *, max_pixels: int = MAX_PIXELS
) -> tuple[Pixels, PictureMeta]:
    """Decode a picture of any usual kind to uint8 RGB, upright.

    The rotation that EXIF asks for is applied. Grey is repeated three times, 16 bits are
    scaled to 8, a palette is looked up, CMYK is converted through its colour profile.
    Opacity is set aside in the meta data and the colours are kept as they are stored:
    what lies under a half transparent pixel is seen by detector and defense, and
    what lies under a fully transparent one is replaced by white, so that it is gone.
    Colours of a space that is not well known are converted to sRGB, see `renewed`.

    Args:
        data: a file.
        name: what it is called, for errors.
        max_pixels: more are refused before anything is decoded, at most 178,956,970.

    Returns:
        `(H, W, 3)`, uint8, RGB, and what `encode_picture` needs to store it alike.

    Raises:
        ValueError: empty, truncated, no picture, several pictures in one file, too many
            pixels, or values that have no known range. One line with the name.
    """
    if not data:
        raise ValueError(f"{name} is empty (0 bytes)")
    try:
        return _decoded(data, max_pixels)
    except UnidentifiedImageError as error:
        cure = _cure(_ending(name))
        raise ValueError(f"{name} is no picture that can be read{cure and '; ' + cure}") from error
    except TooManyPixelsError as error:
        raise ValueError(f"{name} {error}") from error
    except Exception as error:  # on broken files decoders raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{name} is a damaged or unsupported picture: {reason}") from error


class TooManyPixelsError(ValueError):
    """A picture that is larger than the limit."""


def write_picture(
    path: str | os.PathLike[str], pixels: Pixels, meta: PictureMeta | None = None
) -> None:
    """Write a picture file as `encode_picture` makes it, whole or not at all.

    Raises:
        ValueError: bad pixels, another size than the opacity, or an unknown ending.
        OSError: the file cannot be written.
    """
    path = Path(path)
    write_bytes(path, encode_picture(path.name, pixels, meta))


def encode_picture(name: str, pixels: Pixels, meta: PictureMeta | None = None) -> bytes:
    """Encode a picture without EXIF, position, comments, texts or thumbnails.

    The colour profile says nothing but colour, see `renewed`. JPEG takes quantization tables
    and subsampling of the source, so quality and size stay alike. PNG and TIFF of 16 bits
    keep the values of the source wherever the pixels look like it. Formats without opacity
    (JPEG, BMP, PPM) drop it.

    Args:
        name: of the file; its ending gives the format.
        pixels: `(H, W, 3)`, uint8, RGB. From a grey source only the lightness is written.
        meta: what `decode_picture` said about the source.

    Raises:
        ValueError: bad pixels, another size than the opacity, or an unknown ending.
    """
    meta = meta or PictureMeta()
    kind = FORMATS.get(_ending(name))
    if kind is None:
        raise ValueError(f"a picture file ends with one of {', '.join(FORMATS)}, got {name}")
    picture = Image.fromarray(np.ascontiguousarray(check_pixels(pixels)))
    if meta.grey:
        picture = picture.convert("L")
    alpha = None if kind in ("JPEG", "BMP", "PPM") else meta.alpha
    if alpha is not None and alpha.shape != pixels.shape[:2]:
        raise ValueError(f"opacity is {alpha.shape}, pixels are {pixels.shape[:2]}")
    if meta.deep is not None and kind in depth.KINDS:
        values = depth.deepened(np.asarray(picture), meta.deep)
        return depth.encoded(values, kind, alpha, meta.icc)
    if alpha is not None:
        picture.putalpha(Image.fromarray(alpha))
    if kind == "HEIF":
        _open_heif()
    # not straight into a file: of what a disk has no room for, encoders take no notice
    encoded = io.BytesIO()
    picture.save(encoded, kind, **_options(kind, meta))
    return encoded.getvalue()


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


@cache
def _open_heif() -> None:
    if find_spec("pillow_heif"):
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)


def _cure(suffix: str) -> str:
    if suffix in UNREADABLE & {*_HEIF}:
        return "pip install 'unmask[heif]'"
    return "convert it to JPEG or PNG first" if suffix in UNREADABLE else ""


def _decoded(data: bytes, max_pixels: int) -> tuple[Pixels, PictureMeta]:
    Image.init()
    if data[4:8] == b"ftyp":
        _open_heif()
    kinds = [kind for kind in {**dict.fromkeys(FORMATS.values())} if kind in Image.OPEN]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd EXIF or palette entries do not spoil the pixels
        with Image.open(io.BytesIO(data), formats=kinds) as source:
            _check_size(source.size, max_pixels)
            kind = "JPEG" if source.format == "MPO" else str(source.format)
            # the second picture of a phone's MPO is a depth map or a preview: left out
            if source.format != "MPO" and getattr(source, "n_frames", 1) > 1:
                raise ValueError(f"it holds {getattr(source, 'n_frames', 1)} pictures, not one")
            source.load()
            profile = source.info.get("icc_profile")
            jpeg = _jpeg_settings(source) if kind == "JPEG" else {}
            orientation = source.getexif().get(0x0112, UPRIGHT)
            stored, grey, alpha, deep = channels_of(source, profile, data)
    if orientation not in range(1, 9):
        orientation = UPRIGHT
    pixels = np.ascontiguousarray(turned(stored, orientation))
    alpha = None if alpha is None else turned(alpha, orientation)
    deep = None if deep is None else turned(deep, orientation)
    shown, profile = renewed(pixels, profile, grey=grey)  # that of CMYK is already applied
    converted = shown is not pixels
    if alpha is not None:
        shown[alpha == 0] = 255  # after the conversion: white, whatever the profile says
        deep = None if deep is None else depth.covered(deep, (alpha == 0).astype(np.float32))
    return shown, PictureMeta(
        kind, grey, alpha, profile, **jpeg, lossless=kind == "WEBP" and b"VP8L" in data,
        orientation=orientation, converted=converted, deep=None if converted else deep,
    )  # fmt: skip


def _check_size(size: tuple[int, int], most: int) -> None:
    if size[0] * size[1] > most:
        raise TooManyPixelsError(
            f"has {size[0]} x {size[1]} pixels, more than {most:,}; if it is a photo, allow "
            "more with --max-pixels (max_pixels)"
        )


def _jpeg_settings(source: Image.Image) -> dict[str, Any]:
    if source.mode == "CMYK":
        return {}
    tables: dict[int, list[int]] = getattr(source, "quantization", {})
    layers = [layer[3] for layer in getattr(source, "layer", [])]  # table of each channel
    return {
        "tables": tuple(tuple(tables[i]) for i in dict.fromkeys(layers) if i in tables),
        "subsampling": JpegImagePlugin.get_sampling(source),
        "progressive": bool(source.info.get("progressive")),
    }


def _options(kind: str, meta: PictureMeta) -> dict[str, Any]:
    options: dict[str, Any] = {"icc_profile": meta.icc} if meta.icc else {}
    if kind == "JPEG":
        if meta.tables:
            options["qtables"] = [list(table) for table in meta.tables]
            options["progressive"] = meta.progressive
        else:
            options["quality"] = 95
        options["subsampling"] = max(meta.subsampling, 0)  # unknown: none, which loses nothing
    elif kind == "WEBP":
        options |= {"lossless": True} if meta.lossless else {"quality": 90}
    elif kind == "TIFF":
        options["compression"] = "tiff_lzw"
    elif kind in ("AVIF", "HEIF"):
        options["quality"] = 90
    return options
