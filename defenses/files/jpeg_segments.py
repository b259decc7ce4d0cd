"""The parts that a JPEG file is made of, and a file that has none but those of its picture."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in coded data: not stuffed, no restart
_SOI, _SOS, _DQT, _DHT, _DRI = 0xD8, 0xDA, 0xDB, 0xC4, 0xDD
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, 0xCC}
_HUFFMAN = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive
_ADOBE = 0xEE
_PICTURE = (_DQT, _DHT, _DRI, _SOS)
_SAMPLINGS = {((1, 1),), *(((h, v), (1, 1), (1, 1)) for h, v in ((1, 1), (2, 1), (2, 2)))}


class NotLosslessError(ValueError):
    """A JPEG whose blocks cannot be kept; the message says what it is, as part of a sentence."""


class Segment(NamedTuple):
    """A marker and what belongs to it: its own data, and the coded data that follow a scan."""

    marker: int
    data: bytes
    coded: bytes = b""

    @property
    def whole(self) -> bytes:
        """The segment as it stands in a file."""
        return _head(self.marker, self.data) + self.data + self.coded


class Jpeg(NamedTuple):
    """A JPEG of the usual kind without anything that is not needed to show it.

    Args:
        segments: those of its picture, in order.
        height: pixels.
        width: pixels.
        sampling: horizontal and vertical factor of each channel, luminance first.
    """

    segments: tuple[Segment, ...]
    height: int
    width: int
    sampling: tuple[tuple[int, int], ...]

    @property
    def data(self) -> bytes:
        """The file: no APPn, no comment, nothing behind its end."""
        return b"\xff\xd8" + b"".join(one.whole for one in self.segments) + b"\xff\xd9"

    @property
    def unit(self) -> tuple[int, int]:
        """Rows and columns of pixels that are coded together (MCU)."""
        return 8 * self.sampling[0][1], 8 * self.sampling[0][0]

    def grid(self, channel: int) -> tuple[int, int]:
        """Return rows and columns of blocks of a channel."""
        (most_across, most_down), (across, down) = self.sampling[0], self.sampling[channel]
        return -(-self.height * down // (8 * most_down)), -(
            -self.width * across // (8 * most_across)
        )


def parsed(data: bytes) -> Jpeg:
    """Take a JPEG file apart.

    Raises:
        NotLosslessError: it is broken, or built in a way that is not handled here: coded
            arithmetically, more than 8 bits, CMYK or RGB, an unusual sampling.
    """
    kept, frame, adobe, scans = [], b"", b"", 0
    for one in _segments(data):
        if one.marker in _FRAMES:
            if one.marker not in _HUFFMAN:
                raise NotLosslessError("it is coded arithmetically or in another rare way")
            if frame:
                raise NotLosslessError("it holds more than one picture")
            frame = one.data
        if one.marker == _DQT and scans:
            raise NotLosslessError("its quantization changes between scans")
        if one.marker == _ADOBE and one.data[:5] == b"Adobe":
            adobe = one.data
        scans += one.marker == _SOS
        if one.marker in _PICTURE or one.marker in _FRAMES:
            kept.append(one)
    if not frame or not scans:
        raise NotLosslessError("it is broken")
    return _checked(tuple(kept), frame, adobe)


def cleaned(data: bytes, *, sampling: tuple[tuple[int, int], ...], before: bytes) -> bytes:
    """Return a file that begins with `before` and has no other segment that is not needed.

    Its channels get the numbers 1 to 3, with which every program knows their colours.
    """
    parts = []
    for one in _segments(data):
        body = bytearray(one.data)
        if one.marker in _FRAMES:
            body[6::3] = range(1, len(sampling) + 1)
        elif one.marker == _SOS:
            body[1 : 1 + 2 * body[0] : 2] = range(1, body[0] + 1)
        elif one.marker not in _PICTURE:
            continue
        parts.append(Segment(one.marker, bytes(body), one.coded).whole)
    return b"\xff\xd8" + before + b"".join(parts) + b"\xff\xd9"


def application(number: int, data: bytes) -> bytes:
    """Return an APPn segment."""
    return Segment(0xE0 + number, data).whole


def _segments(data: bytes) -> Iterator[Segment]:
    """Yield what lies between start and end; nothing behind the end is looked at."""
    if data[:2] != b"\xff\xd8":
        raise NotLosslessError("it is no JPEG")
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if data[at : at + 2] == b"\xff\xd9":
            return
        if data[at : at + 1] != b"\xff" or len(data) < at + 4:
            raise NotLosslessError("it is broken")
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4])
        stop = at + 2 + length
        if length < 2 or stop > len(data) or marker == _SOI:
            raise NotLosslessError("it is broken")
        end = stop
        if marker == _SOS:
            found = _MARKER.search(data, stop)
            if not found:
                raise NotLosslessError("it has no end")
            end = found.start()
        yield Segment(marker, data[at + 4 : stop], data[stop:end])
        at = end


def _checked(segments: tuple[Segment, ...], frame: bytes, adobe: bytes) -> Jpeg:
    if len(frame) < 6 or len(frame) != 6 + 3 * frame[5]:
        raise NotLosslessError("it is broken")
    bits, height, width, channels = struct.unpack(">BHHB", frame[:6])
    if bits != 8:
        raise NotLosslessError(f"it has {bits} bits")
    if channels not in (1, 3):
        raise NotLosslessError("its colours are CMYK")
    if not height or not width:
        raise NotLosslessError("its size is not told")
    # without JFIF or with Adobe's mark, these three are not luminance and colour differences
    if channels == 3 and (frame[6::3] == b"RGB" or adobe[11:12] == b"\0"):
        raise NotLosslessError("its colours are stored as RGB")
    factors = frame[7::3]
    # the factors of a single channel mean nothing
    sampling = tuple((f >> 4, f & 15) for f in factors) if channels == 3 else ((1, 1),)
    if sampling not in _SAMPLINGS:
        text = " ".join(f"{h}x{v}" for h, v in sampling)
        raise NotLosslessError(f"its sampling is unusual ({text})")
    return Jpeg(segments, height, width, sampling)


def _head(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2)
