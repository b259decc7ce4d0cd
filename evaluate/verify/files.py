"""One written file by itself: what it carries, and whether it is a copy of something."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image

from unmask.defenses import Pixels
from unmask.defenses.files.pictures import read_picture

from .faces import crop
from .findings import Finding
from .metadata import extras
from .turned import marks

_EVEN = 8.0  # grey levels: what varies less is one colour, stored with losses
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF", b"II*\0", b"MM\0*", b"GIF8")


class Originals:
    """The photos of the source, to be found again under any name, format or way up."""

    def __init__(self) -> None:
        self._bytes: dict[bytes, str] = {}
        self._pixels: dict[bytes, str] = {}

    def add(self, path: str, data: bytes, pixels: Pixels | None) -> None:
        """Take a photo of the source; without pixels, its bytes alone."""
        self._bytes.setdefault(hashlib.sha256(data).digest(), path)
        if pixels is not None and np.ptp(pixels) > 0:  # an even picture is nobody's copy
            for mark in marks(pixels):
                self._pixels.setdefault(mark, path)

    def copied(self, data: bytes, pixels: Pixels | None) -> str:
        """Say of which photo a file is a copy; empty if of none."""
        if path := self._bytes.get(hashlib.sha256(data).digest()):
            return f"the very file {path}"
        if pixels is not None and (path := self._pixels.get(marks(pixels)[0])):
            return f"the same pixels as {path}"
        return ""


def read(path: Path) -> tuple[bytes, Pixels | None, str]:
    """Return the bytes of a file, its pixels, and why there are none.

    Raises:
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    try:
        return data, read_picture(path)[0], ""
    except ValueError as error:
        return data, None, str(error).removeprefix(str(path)).strip()


def carried(path: str, data: bytes) -> list[Finding]:
    """Return what a file carries beside its pixels; what is a picture counts as one."""
    found = []
    for extra in extras(data):
        picture = hidden_picture(extra.picture)
        if picture is None:
            found.append(Finding("survivor", "meta data", path, extra.words))
        else:
            height, width = picture.shape[:2]
            found.append(
                Finding("survivor", "picture inside", path, f"{extra.words}, {width}x{height}",
                        crop=crop(picture, (0, 0, width, height)))
            )  # fmt: skip
    if (under := under_transparency(data)) is not None:
        height, width = under.shape[:2]
        found.append(Finding("survivor", "picture inside", path,
                             "colours are stored under transparent pixels",
                             crop=crop(under, (0, 0, width, height))))  # fmt: skip
    return found


def under_transparency(data: bytes) -> Pixels | None:
    """Return what a picture shows where it is fully transparent; None where that is nothing.

    Who erases a face in an editor often changes its opacity alone: nobody sees it any more, and
    whoever drops the opacity has it back.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if not picture.has_transparency_data:
                return None
            whole = np.asarray(picture.convert("RGBA"), np.uint8)
    except Exception:  # on broken data decoders raise nearly anything
        return None
    gone = whole[..., 3] == 0
    if not gone.any() or float(whole[gone][:, :3].std(0).max()) < _EVEN:
        return None
    return np.ascontiguousarray(whole[..., :3])


def hidden_picture(data: bytes) -> Pixels | None:
    """Return the first picture that some bytes hold, None if they hold none."""
    for start in _STARTS:
        place = data.find(start)
        if place >= 0:
            try:
                with Image.open(io.BytesIO(data[place:])) as picture:
                    if max(picture.size) <= 10_000:
                        return np.asarray(picture.convert("RGB"), np.uint8)
            except Exception:  # on broken data decoders raise nearly anything
                continue
    return None
