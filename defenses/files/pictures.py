"""Reading and writing pictures, so that what is written says nothing but its pixels."""

from __future__ import annotations

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, UnidentifiedImageError

from ..photo import Pixels, check_pixels
from .atomic import write_bytes
from .profiles import renewed

FORMATS = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG",
    ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP", ".gif": "GIF",
    ".ppm": "PPM", ".pgm": "PPM", ".pnm": "PPM", ".jp2": "JPEG2000", ".avif": "AVIF",
}  # fmt: skip
# photos that cannot be read: a folder with some must not look as if all of it was done
UNREADABLE = frozenset({".heic", ".heif", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf"})
SUFFIXES = frozenset(FORMATS) | UNREADABLE
"""Endings, in lower case, of what counts as a picture file."""


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
    """

    format: str = "PNG"
    grey: bool = False
    alpha: NDArray[np.uint8] | None = None
    icc: bytes | None = None
    tables: tuple[tuple[int, ...], ...] = ()
    subsampling: int = -1
    progressive: bool = False
    lossless: bool = False


def read_picture(path: str | os.PathLike[str]) -> tuple[Pixels, PictureMeta]:
    """Read a picture file of any usual kind as uint8 RGB, upright.

    The rotation that EXIF asks for is applied. Grey is repeated three times, 16 bits are
    scaled to 8, a palette is looked up, CMYK is converted through its colour profile.
    Opacity is set aside in the meta data and the colours are kept as they are stored:
    what lies under a half transparent pixel is seen by detector and defense, and
    what lies under a fully transparent one is replaced by white, so that it is gone.
    Colours of a space that is not well known are converted to sRGB, see `renewed`.

    Args:
        path: the file.

    Returns:
        `(H, W, 3)`, uint8, RGB, and what `write_picture` needs to store it alike.

    Raises:
        ValueError: missing, empty, truncated, no picture, several pictures in one file, or
            values that have no known range. One line with the path.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from error
    return decode_picture(data, str(path))


def decode_picture(data: bytes, name: str) -> tuple[Pixels, PictureMeta]:
    """Do what `read_picture` does, of the content of a file; `name` is for its errors."""
    if not data:
        raise ValueError(f"{name} is empty (0 bytes)")
    try:
        return _decoded(data)
    except UnidentifiedImageError as error:
        cure = "convert it to JPEG or PNG first" if _ending(name) in UNREADABLE else ""
        raise ValueError(f"{name} is no picture that can be read{cure and '; ' + cure}") from error
    except Exception as error:  # on broken files decoders raise nearly anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{name} is a damaged or unsupported picture: {reason}") from error


def write_picture(
    path: str | os.PathLike[str], pixels: Pixels, meta: PictureMeta | None = None
) -> None:
    """Write a picture without EXIF, position, comments, texts or thumbnails.

    The colour profile says nothing but colour, see `renewed`. JPEG takes quantization tables
    and subsampling of the source, so quality and size stay alike. The file appears whole or
    not at all, also on a disk that is full. Formats without opacity (JPEG, BMP, PPM) drop it.

    Args:
        path: the file; its ending gives the format. Its folder is made.
        pixels: `(H, W, 3)`, uint8, RGB. From a grey source only the lightness is written.
        meta: what `read_picture` said about the source.

    Raises:
        ValueError: bad pixels, another size than the opacity, or an unknown ending.
        OSError: the file cannot be written.
    """
    write_bytes(Path(path), encode_picture(Path(path).name, pixels, meta))


def encode_picture(name: str, pixels: Pixels, meta: PictureMeta | None = None) -> bytes:
    """Return what `write_picture` writes; the ending of `name` gives the format."""
    meta = meta or PictureMeta()
    kind = FORMATS.get(_ending(name))
    if kind is None:
        raise ValueError(f"a picture file ends with one of {', '.join(FORMATS)}, got {name}")
    picture = Image.fromarray(np.ascontiguousarray(check_pixels(pixels)))
    if meta.grey:
        picture = picture.convert("L")
    if meta.alpha is not None and kind not in ("JPEG", "BMP", "PPM"):
        if meta.alpha.shape != pixels.shape[:2]:
            raise ValueError(f"opacity is {meta.alpha.shape}, pixels are {pixels.shape[:2]}")
        picture.putalpha(Image.fromarray(meta.alpha))
    # not straight into a file: of what a disk has no room for, encoders take no notice
    encoded = io.BytesIO()
    picture.save(encoded, kind, **_options(kind, meta))
    return encoded.getvalue()


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _decoded(data: bytes) -> tuple[Pixels, PictureMeta]:
    Image.init()
    kinds = [kind for kind in {**dict.fromkeys(FORMATS.values())} if kind in Image.OPEN]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd EXIF or palette entries do not spoil the pixels
        with Image.open(io.BytesIO(data), formats=kinds) as source:
            kind = "JPEG" if source.format == "MPO" else str(source.format)
            # the second picture of a phone's MPO is a depth map or a preview: left out
            if source.format != "MPO" and getattr(source, "n_frames", 1) > 1:
                raise ValueError(f"it holds {getattr(source, 'n_frames', 1)} pictures, not one")
            source.load()
            profile = source.info.get("icc_profile")
            jpeg = _jpeg_settings(source) if kind == "JPEG" else {}
            upright = ImageOps.exif_transpose(source)
    pixels, grey, alpha = _channels(upright, profile)
    pixels, profile = renewed(pixels, profile, grey=grey)  # that of CMYK is already applied
    if alpha is not None:
        pixels[alpha == 0] = 255  # after the conversion: white, whatever the profile says
    lossless = kind == "WEBP" and b"VP8L" in data
    return pixels, PictureMeta(kind, grey, alpha, profile, **jpeg, lossless=lossless)


def _channels(
    picture: Image.Image, profile: bytes | None
) -> tuple[Pixels, bool, NDArray[np.uint8] | None]:
    if picture.mode == "F" or picture.mode.startswith("I"):
        return np.repeat(_eight_bits(picture)[..., None], 3, 2), True, None
    if picture.mode == "CMYK":
        return np.asarray(_from_cmyk(picture, profile)), False, None
    grey = picture.mode in ("1", "L", "LA", "La")
    if not (picture.has_transparency_data or picture.mode in ("LA", "La", "RGBa")):
        return np.asarray(picture.convert("RGB")).copy(), grey, None
    if picture.mode in ("La", "RGBa"):
        picture = picture.convert(picture.mode[:-1] + "A")
    both = np.asarray(picture.convert("RGBA"))
    return both[..., :3].copy(), grey, both[..., 3].copy()


def _eight_bits(picture: Image.Image) -> NDArray[np.uint8]:
    values = np.asarray(picture)
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:
        raise ValueError(
            f"values must be of 8 or 16 bits, got {values.min():g} to {values.max():g} "
            f"in mode {picture.mode}; convert it to 16-bit PNG"
        )
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _from_cmyk(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # the profile is broken or not one of CMYK
        return picture.convert("RGB")
    return converted or picture.convert("RGB")


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
    elif kind == "AVIF":
        options["quality"] = 90
    return options
