"""Small pictures inside the page, each with what it shows."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from .tags import Html, tag

_KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}


def picture(data: bytes, says: str, *, size: int | None = None) -> Html:
    """Return an image that is part of the page.

    Args:
        data: an encoded PNG, JPEG or WebP.
        says: what it shows, read out.
        size: width and height in pixels, if it is square.

    Raises:
        ValueError: it is none of these.
    """
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)
    if kind is None:
        raise ValueError(f"a picture must be PNG, JPEG or WebP, got {data[:4]!r}")
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return tag("img", src=source, alt=says, width=size, height=size)


def face_strip(faces: Sequence[tuple[bytes | None, str]], *, tall: bool = False) -> Html:
    """Return faces side by side, a word below each; one without picture is an empty frame.

    Args:
        faces: encoded picture, and what is said below it.
        tall: frames are higher than wide.
    """
    shown = [
        tag("figure",
            tag("span", "no picture", class_="noface") if data is None
            else picture(data, says),
            tag("figcaption", says))
        for data, says in faces
    ]  # fmt: skip
    return tag("div", *shown, class_="faces tall" if tall else "faces")
