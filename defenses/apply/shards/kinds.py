"""What some bytes are, whatever their name says: an ending alone must not hide a picture."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

from ...files.pictures import SUFFIXES

Kind = Literal["picture", "video", "other"]
HEAD = 64
"""Bytes from the start that are enough to tell."""

_PICTURES = {
    b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"II*\0": ".tif",
    b"MM\0*": ".tif", b"\0\0\0\x0cjP  ": ".jp2", b"\xff\x4f\xff\x51": ".jp2",
    b"\0\0\0\x0cJXL ": ".jxl", b"\xff\x0a": ".jxl", b"8BPS": ".psd",
}  # fmt: skip
_PORTABLE = re.compile(rb"P[1-6]\s(\s|#.*\n)*\d+\s+\d+\s")
_STILL = (b"avi", b"hei", b"hev", b"mif", b"msf")  # brands of AVIF and HEIF begin so
_SOUND = (b"M4A", b"M4B")
_VIDEOS = (b"\x1aE\xdf\xa3", b"FLV\x01", b"\x30\x26\xb2\x75", b"\0\0\x01\xba", b"\0\0\x01\xb3")
_VIDEO_ENDINGS = frozenset({
    ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp",
    ".ogv", ".mts", ".m2ts",
})  # fmt: skip
WRITTEN_OUT = "/9j/[24567w/]|iVBORw0KGgo|UklGR.{7}RUJQ|data:image/"
"""What a picture in base64 begins with: JPEG, PNG, WebP."""
_WRITTEN_OUT = re.compile(WRITTEN_OUT.encode())


def kind_of(name: str, head: bytes) -> Kind:
    """Return what a file is: by its first bytes, and else by its ending.

    Args:
        name: its name.
        head: its first `HEAD` bytes, or all.
    """
    ending = PurePosixPath(name).suffix.lower()
    if picture_ending(head) or ending in SUFFIXES:
        return "picture"
    if _is_video(head) or ending in _VIDEO_ENDINGS:
        return "video"
    return "other"


def picture_ending(head: bytes) -> str:
    """Return the ending of the picture format that the bytes begin as; empty if none."""
    for signature, ending in _PICTURES.items():
        if head.startswith(signature):
            return ending
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return ".bmp"
    if head[4:8] == b"ftyp" and head[8:11] in _STILL:
        return ".avif" if head[8:11] == b"avi" else ".heic"
    return ".ppm" if _PORTABLE.match(head) else ""


def missing_ending(path: str, head: bytes) -> str:
    """Return the ending that a path lacks to tell the format of a picture; empty if it tells.

    Args:
        path: of a picture.
        head: its first `HEAD` bytes, or all.
    """
    return "" if PurePosixPath(path).suffix.lower() in SUFFIXES else picture_ending(head)


def written_out(text: bytes) -> bool:
    """Whether a picture stands in a text as base64: nobody would find the faces in it."""
    return _WRITTEN_OUT.search(text) is not None


def _is_video(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return head[8:11] not in _SOUND
    return head.startswith(_VIDEOS) or (head[:4] == b"RIFF" and head[8:11] == b"AVI")
