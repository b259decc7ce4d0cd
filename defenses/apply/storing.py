"""How a defended photo is stored: as its source was, whole or only in the blocks that changed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..base import Defended
from ..files.depth import covered
from ..files.jpeg_blocks import spliced
from ..files.jpeg_segments import NotLosslessError
from ..files.opacity import closed
from ..files.pictures import FORMATS, PictureMeta, encode_picture

_LOSSY = ("WEBP", "AVIF", "HEIF", "JPEG2000")


class Stored(NamedTuple):
    """A new file, and what is to be known of how it was stored."""

    data: bytes
    note: str = ""


def stored(
    data: bytes, done: Defended, meta: PictureMeta, ending: str, *, lossless: bool
) -> Stored:
    """Encode a defended photo.

    Args:
        data: the file that it was made from.
        done: the defended photo; nothing may differ outside of its mask.
        meta: of the source, `without_face` already.
        ending: of the file to write, which gives its format.
        lossless: keep all DCT coefficients outside the region where both files are JPEGs. What
            cannot be kept is stored anew, and the note says why.
    """
    note = ""
    if lossless:
        try:
            return Stored(_kept(data, done, meta, ending))
        except NotLosslessError as error:
            if FORMATS.get(ending.lower()) in ("JPEG", *_LOSSY):
                note = f"stored anew as a whole: {error}"
    return Stored(encode_picture(f"photo{ending}", done.photo.pixels, meta), note)


def without_face(meta: PictureMeta, done: Defended) -> tuple[PictureMeta, bool]:
    """Return the meta data with no face in opacity or low bits, and if opacity showed one."""
    deep = None if meta.deep is None else covered(meta.deep, done.mask)
    if meta.alpha is None:
        return replace(meta, deep=deep), False
    alpha = closed(meta.alpha, done.mask)
    return replace(meta, alpha=alpha, deep=deep), bool((alpha != meta.alpha).any())


def _kept(data: bytes, done: Defended, meta: PictureMeta, ending: str) -> bytes:
    if FORMATS.get(ending.lower()) != "JPEG" or meta.format != "JPEG":
        raise NotLosslessError("only blocks of JPEGs can be kept")
    if meta.converted:
        raise NotLosslessError("its colours were converted to sRGB from a profile of its own")
    pixels, mask = done.photo.pixels, done.mask
    return spliced(data, pixels, mask, orientation=meta.orientation, icc=meta.icc)
