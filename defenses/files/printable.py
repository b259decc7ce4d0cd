"""Text from outside, such as a file's name, made harmless to show."""

from __future__ import annotations

import os
from pathlib import Path


def printable(text: str | os.PathLike[str]) -> str:
    r"""Return text that is one line and moves no cursor, whatever somebody named a file.

    Bytes that are no UTF-8, control characters, line ends, and what turns the direction of
    writing are shown as escapes.

    Example:
        >>> printable("holiday\x1b]0;done\x07\n.jpg")
        'holiday\\x1b]0;done\\x07\\n.jpg'
    """
    known = encodable(os.fspath(text))
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in known
    )


def reason_of(error: BaseException, hidden: Path | None = None) -> str:
    """Return in one line why something failed.

    Args:
        error: what was raised.
        hidden: a file of which only the name is told: where files lie is nobody's business who
            gets to read this.
    """
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    if hidden is not None:
        text = text.replace(str(hidden), hidden.name)
    return " ".join(text.split()) or type(error).__name__


def encodable(text: str) -> str:
    """Return text that can be encoded, whatever bytes a file name in it has."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
