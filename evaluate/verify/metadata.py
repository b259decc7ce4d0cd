"""What a picture file says beside its pixels, read from its bytes."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PIL import Image, TiffTags

_GPS = 0x8825
_ORIENTATION = 0x0112
_SMALL = 32  # bytes of EXIF with one entry: a header of 8, then 18
_PNG_PLAIN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs hIST acTL fcTL".split()
)
_WEBP_PLAIN = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})
_TIFF_PLAIN = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284,
     296, 297, 317, 318, 319, 320, 322, 323, 324, 325, 338, 339, 347, 530, 532, 34675}
)  # fmt: skip
_ICC_PLAIN = frozenset(  # what ICC.1 defines for colours
    b"A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 B2D0 B2D1 B2D2 B2D3 D2B0 D2B1 D2B2 D2B3 bTRC bXYZ bkpt calt "
    b"chad chrm cicp clro clrt clot cprt desc dmdd dmnd gTRC gXYZ gamt kTRC lumi meas pre0 pre1 "
    b"pre2 rTRC rXYZ rig0 tech targ view vued wtpt".split()
)
_MARKS = {
    b"Exif\0\0": "EXIF", b"http://ns.adobe.com/xap/": "XMP", b"<x:xmpmeta": "XMP",
    b"Photoshop 3.0\0": "IPTC",
}  # fmt: skip


class Extra(NamedTuple):
    """Something in a file that is no pixel.

    Args:
        words: what it is.
        picture: bytes of another picture; empty if it is none.
    """

    words: str
    picture: bytes = b""


def extras(data: bytes) -> list[Extra]:
    """Return what a picture file carries beside the pixels and what they need to be shown.

    Args:
        data: the whole file: JPEG, PNG, WebP, GIF, TIFF, BMP; of others, what gives itself away
            by a well-known mark. A damaged one says what was understood.
    """
    reader: Callable[[bytes], Iterator[Extra]] = _by_marks
    for start, known in (
        (b"\xff\xd8", _jpeg), (b"\x89PNG\r\n\x1a\n", _png), (b"GIF8", _gif), (b"II*\0", _tiff),
        (b"MM\0*", _tiff), (b"BM", _bmp),
    ):  # fmt: skip
        if data.startswith(start):
            reader = known
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        reader = _webp
    found: list[Extra] = []
    try:
        found.extend(reader(data))
    except (struct.error, IndexError, ValueError) as error:
        found.append(Extra(f"it is damaged: {error}"))
    return list(dict.fromkeys(found))


def _jpeg(data: bytes) -> Iterator[Extra]:
    place = 2
    while place + 2 <= len(data):
        if data[place] != 0xFF:
            yield Extra(f"{len(data) - place} bytes that belong to nothing", data[place:])
            return
        mark = data[place + 1]
        if mark == 0xFF:  # filling
            place += 1
        elif mark == 0xD9:
            place += 2
            break
        elif mark in (0x01, *range(0xD0, 0xD9)):
            place += 2
        else:
            size = struct.unpack(">H", data[place + 2 : place + 4])[0]
            yield from _segment(mark, data[place + 4 : place + 2 + size])
            place += 2 + size
            if mark == 0xDA:
                place = _after_scan(data, place)
    if rest := data[place:]:
        yield Extra(f"{len(rest)} bytes after the end of the picture", rest)


def _after_scan(data: bytes, place: int) -> int:
    """Return where the next mark is that is neither a restart nor a stuffed byte."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            return len(data)
        if data[place + 1] != 0 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place += 2


def _segment(mark: int, body: bytes) -> Iterator[Extra]:
    if mark == 0xFE:
        yield Extra(f"a comment of {len(body)} bytes")
    elif mark == 0xE0 and body[:5] == b"JFIF\0":
        if len(body) > 14:
            yield Extra("a JFIF thumbnail", body[14:])
    elif mark == 0xE0 and body[:5] == b"JFXX\0":
        yield Extra("a JFXX thumbnail", body[6:])
    elif mark == 0xE1 and body[:4] == b"Exif":
        yield from _exif(body[6:])
    elif mark == 0xE1 and body[:20] == b"http://ns.adobe.com/":
        yield Extra("XMP")
    elif mark == 0xE2 and body[:4] == b"MPF\0":
        yield Extra("an index of further pictures (MPO)")
    elif mark == 0xE2 and body[:12] == b"ICC_PROFILE\0":
        yield from _icc(body[14:])
    elif mark == 0xED:
        yield Extra("IPTC")
    elif 0xE0 <= mark <= 0xEF and not (mark == 0xEE and body[:5] == b"Adobe"):
        yield Extra(f"{len(body)} bytes of a program or camera (APP{mark - 0xE0})")


def _exif(body: bytes) -> Iterator[Extra]:
    exif = Image.Exif()
    start = body.find(b"\xff\xd8\xff")  # wherever it is: cameras hide previews in notes, too
    if start >= 0:
        yield Extra("a thumbnail in EXIF", body[start:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(b"Exif\0\0" + body)
            position = exif.get_ifd(_GPS)
    except Exception:  # Pillow raises nearly anything on damaged EXIF
        yield Extra("EXIF that is damaged")
        return
    if list(exif) == [_ORIENTATION] and len(body) <= _SMALL:
        return  # how the picture is to be held, and nothing else
    yield Extra(f"EXIF, {len(exif)} entries")
    if position:
        yield Extra("the place where it was taken (GPS)")


def _icc(profile: bytes) -> Iterator[Extra]:
    if len(profile) < 132:
        return
    count = struct.unpack(">I", profile[128:132])[0]
    names = [profile[132 + 12 * i : 136 + 12 * i] for i in range(min(count, 200))]
    private = [name for name in names if len(name) == 4 and name not in _ICC_PLAIN]
    if private:
        told = " ".join(sorted(name.decode("latin-1") for name in private))
        yield Extra(f"private entries in the colour profile: {told}")


def _png(data: bytes) -> Iterator[Extra]:
    place = 8
    while place + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind == b"eXIf":
            yield from _exif(body.removeprefix(b"Exif\0\0"))
        elif kind == b"fdAT":
            yield Extra("further pictures (an animation)")
        elif kind not in _PNG_PLAIN:
            word = body.partition(b"\0")[0][:40].decode("latin-1")
            text = f" ({word})" if kind in (b"tEXt", b"zTXt", b"iTXt") else ""
            yield Extra(f"{len(body)} bytes of {kind.decode('latin-1')}{text}")
        if kind == b"IEND":
            break
    if rest := data[place:]:
        yield Extra(f"{len(rest)} bytes after the end of the picture", rest)


def _webp(data: bytes) -> Iterator[Extra]:
    end = 8 + struct.unpack("<I", data[4:8])[0]
    place, frames = 12, 0
    while place + 8 <= min(end, len(data)):
        kind, size = struct.unpack("<4sI", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
        if kind == b"EXIF":
            yield from _exif(body.removeprefix(b"Exif\0\0"))
        elif kind == b"ICCP":
            yield from _icc(body)
        elif kind == b"ANMF":
            frames += 1
            if frames > 1:
                yield Extra("further pictures (an animation)")
        elif kind not in _WEBP_PLAIN:
            yield Extra("XMP" if kind == b"XMP " else f"{size} bytes of {kind.decode('latin-1')}")
    if rest := data[end:]:
        yield Extra(f"{len(rest)} bytes after the end of the picture", rest)


def _gif(data: bytes) -> Iterator[Extra]:
    frames = 0
    place = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while place < len(data) and data[place] != 0x3B:
        if data[place] == 0x2C:  # a picture
            frames += 1
            if frames > 1:
                yield Extra("further pictures (an animation)")
            flags = data[place + 9]
            place += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
            place = _past_blocks(data, place)
        elif data[place] == 0x21:
            kind, name = data[place + 1], data[place + 3 : place + 14]
            if kind == 0xFE:
                yield Extra("a comment")
            elif kind == 0xFF and name not in (b"NETSCAPE2.0", b"ANIMEXTS1.0"):
                yield Extra(f"bytes of a program ({name.decode('latin-1')})")
            elif kind == 0x01:
                yield Extra("a text")
            place = _past_blocks(data, place + 2)
        else:
            break
    if rest := data[place + 1 :]:
        yield Extra(f"{len(rest)} bytes after the end of the picture", rest)


def _past_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def _tiff(data: bytes) -> Iterator[Extra]:
    with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
        warnings.simplefilter("ignore")
        tags = dict(getattr(picture, "tag_v2", {}))
        count = getattr(picture, "n_frames", 1)
    if count > 1:
        yield Extra(f"{count - 1} further pictures")
    for tag in sorted(set(tags) - _TIFF_PLAIN):
        if tag == _GPS:
            yield Extra("the place where it was taken (GPS)")
        else:
            name = TiffTags.lookup(tag).name
            yield Extra(f"the entry {name} ({tag})")
    if isinstance(profile := tags.get(34675), bytes):
        yield from _icc(profile)


def _bmp(data: bytes) -> Iterator[Extra]:
    size = struct.unpack("<I", data[2:6])[0]
    if 0 < size < len(data):
        yield Extra(f"{len(data) - size} bytes after the end of the picture", data[size:])


def _by_marks(data: bytes) -> Iterator[Extra]:
    for mark, words in _MARKS.items():
        if mark in data:
            yield Extra(words)
