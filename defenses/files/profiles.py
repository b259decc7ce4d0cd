"""Colour profiles made anew, so that only the colour survives of the one a photo came with.

A profile that a camera, a screen or a program put into a photo may hold anything beside its
colours: a description with the owner's name, the serial number of a device, a thumbnail.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ..photo import Pixels

_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1
_D50 = (0.9642, 1.0, 0.8249)
# red, green and blue as ICC profiles store them: XYZ, adapted to D50 by Bradford's method
_RGB: dict[str, tuple[tuple[float, ...], tuple[tuple[float, float, float], ...]]] = {
    "sRGB": (_SRGB_CURVE, (
        (0.43607, 0.22250, 0.01393), (0.38506, 0.71688, 0.09710), (0.14308, 0.06062, 0.71417),
    )),
    "Display P3": (_SRGB_CURVE, (
        (0.51510, 0.24118, -0.00105), (0.29197, 0.69224, 0.04188), (0.15715, 0.06658, 0.78438),
    )),
    "Adobe RGB (1998)": ((563 / 256,), (
        (0.60976, 0.31112, 0.01948), (0.20524, 0.62566, 0.06089), (0.14922, 0.06322, 0.74484),
    )),
}  # fmt: skip
_GREY: dict[str, tuple[float, ...]] = {"Grey, sRGB curve": _SRGB_CURVE, "Grey 2.2": (2.2,)}
_NEAR = 2  # of 255 steps of lightness, a* and b*: what nobody sees


def renewed(pixels: Pixels, profile: bytes | None, *, grey: bool) -> tuple[Pixels, bytes | None]:
    """Return the same colours with a profile that says nothing but colour.

    Pixels of a well-known space (sRGB, Display P3, Adobe RGB, two greys) stay as they are,
    with our own profile of that space. Others are converted to sRGB: a profile that is not
    known may have been measured on one device, which it then identifies.

    Args:
        pixels: `(H, W, 3)`, uint8.
        profile: the ICC profile that came with them.
        grey: whether they are those of a picture with one channel.

    Returns:
        Pixels, and one of a few profiles; None if there was none, a broken one, or one that
        is not of such pixels.
    """
    if not profile or profile[16:20] != (b"GRAY" if grey else b"RGB "):
        return pixels, None
    try:
        name = _known(profile, grey)
        if name:
            return pixels, _profiles(grey)[name]
        return _in_srgb(pixels, profile, grey), next(iter(_profiles(grey).values()))
    except (ImageCms.PyCMSError, OSError):  # broken, or not of colours that can be shown
        return pixels, None


@lru_cache(maxsize=64)
def _known(profile: bytes, grey: bool) -> str:
    """Return the name of our profile that gives the same colours; empty if there is none."""
    looks = _looks(profile, grey)
    for name, ours in _profiles(grey).items():
        difference = looks - _looks(ours, grey)  # of bytes: a difference of -1 is 255
        if np.minimum(difference, -difference).max() <= _NEAR:
            return name
    return ""


def _looks(profile: bytes, grey: bool) -> NDArray[np.uint8]:
    """Return how a profile shows the cube of colours, in L*a*b*."""
    steps = range(256) if grey else (0, 8, 16, 32, 64, 96, 128, 160, 192, 224, 255)
    colours = np.array([*product(steps, repeat=1 if grey else 3)], np.uint8)
    picture = Image.fromarray(colours[..., 0] if grey else colours[None])
    return np.asarray(_converted(picture, profile, "LAB", "LAB")).reshape(-1, 3)


def _in_srgb(pixels: Pixels, profile: bytes, grey: bool) -> Pixels:
    picture = Image.fromarray(pixels[..., 0] if grey else pixels)
    made = _converted(picture, profile, "sRGB", "RGB")
    return np.asarray(made.convert("L").convert("RGB") if grey else made).copy()


def _converted(
    picture: Image.Image, profile: bytes, space: Literal["LAB", "sRGB"], mode: str
) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile(space)
    # what makes it quick has too few steps for the darkest greys
    flags = ImageCms.Flags.NOOPTIMIZE if picture.mode == "L" else ImageCms.Flags.NONE
    made = ImageCms.profileToProfile(picture, source, target, outputMode=mode, flags=flags)
    assert made is not None  # only a conversion in place returns nothing
    return made


@cache
def _profiles(grey: bool) -> dict[str, bytes]:
    """Return our profiles by name; the first is the one that others are converted to."""
    if grey:
        return {
            name: _icc(name, b"GRAY", {b"kTRC": _curve(curve)}) for name, curve in _GREY.items()
        }
    made = {}
    for name, (curve, colours) in _RGB.items():
        tags = {b"rgb"[i : i + 1] + b"XYZ": _xyz(colour) for i, colour in enumerate(colours)}
        tags |= {letter + b"TRC": _curve(curve) for letter in (b"r", b"g", b"b")}
        made[name] = _icc(name, b"RGB ", tags)
    return made


def _icc(name: str, space: bytes, colour: dict[bytes, bytes]) -> bytes:
    """Write a profile by ICC.1:2010 (version 4.3), without date, maker or device."""
    tags = {b"desc": _text(name), b"cprt": _text("CC0"), b"wtpt": _xyz(_D50), **colour}
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for sign, data in tags.items():
        table += struct.pack(">4sII", sign, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4xI4s4s4s6H4s28x3i", start + len(body), 0x04300000, b"mntr", space, b"XYZ ",
        2000, 1, 1, 0, 0, 0, b"acsp", *_fixed(_D50),
    )  # fmt: skip
    return head.ljust(128, b"\0") + table + body


def _curve(numbers: Sequence[float]) -> bytes:
    kind = {1: 0, 5: 3}[len(numbers)]  # a power; a power with a straight start
    return struct.pack(f">4s4xH2x{len(numbers)}i", b"para", kind, *_fixed(numbers))


def _xyz(numbers: Sequence[float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *_fixed(numbers))


def _text(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(data), 28) + data


def _fixed(numbers: Sequence[float]) -> list[int]:
    return [round(number * 65536) for number in numbers]
