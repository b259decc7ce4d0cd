"""What a decoded picture shows, whatever the mode that Pillow has it in."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ..photo import Pixels
from . import depth


def channels_of(
    picture: Image.Image, profile: bytes | None, data: bytes
) -> tuple[Pixels, bool, NDArray[np.uint8] | None, depth.Deep | None]:
    """Return colours, whether they are grey, opacity and 16-bit values, as they are stored."""
    if picture.mode == "F" or picture.mode.startswith("I"):
        values = np.asarray(picture)
        seen = depth.eight_bits(values, picture.mode)
        return np.repeat(seen[..., None], 3, 2), True, None, values.astype(np.uint16)
    if picture.mode == "CMYK":
        return np.asarray(_from_cmyk(picture, profile)), False, None, None
    grey, deep = picture.mode in ("1", "L", "LA", "La"), depth.deep_colours(data, picture)
    if not (picture.has_transparency_data or picture.mode in ("LA", "La", "RGBa")):
        colours = np.array(picture if picture.mode == "RGB" else picture.convert("RGB"))
        return (colours if deep is None else depth.eight_bits(deep)), grey, None, deep
    if picture.mode in ("La", "RGBa"):
        picture = picture.convert(picture.mode[:-1] + "A")
    both = np.asarray(picture.convert("RGBA"))
    colours, alpha = both[..., :3].copy(), both[..., 3].copy()
    return (colours if deep is None else depth.eight_bits(deep)), grey, alpha, deep


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
