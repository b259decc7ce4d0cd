"""Tables in the terminal, as wide as it is; one printer for all commands."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console

from unmask.defenses.files.printable import printable

from ..results.table import Column
from .layout import READABLE, table_lines, wrapped


def print_table(columns: Sequence[Column], *, caption: str = "", elsewhere: str = "") -> None:
    """Print a table with what its shortened names stand for; never a cut figure.

    It is as wide as the terminal or as COLUMNS says; without both, as the table needs.

    Args:
        columns: see `Column`; those that are empty in every row are left out.
        caption: said below.
        elsewhere: the file that holds what has no room here.
    """
    for line in table_lines(columns, _width(), caption=caption, elsewhere=elsewhere):
        print_line(line)


def print_text(text: str) -> None:
    """Print a sentence, broken between words where the terminal, or a readable line, ends."""
    for line in wrapped([text], text_width()):
        print_line(line)


def text_width() -> int:
    """Return the cells of a line of text: as wide as the terminal, and no wider than is read."""
    return min(_width() or READABLE, READABLE)


def print_line(text: str) -> None:
    """Print text as it is: without markup, and with what the terminal cannot show escaped."""
    console = Console()
    known = printable(text).encode(console.encoding, "backslashreplace")
    console.file.write(known.decode(console.encoding) + "\n")


def _width() -> int | None:
    """Return the columns of the terminal or those that COLUMNS says; None if nobody knows."""
    console = Console()
    return console.width if console.is_terminal or os.environ.get("COLUMNS") else None


def columns_of(
    head: Sequence[str], body: Sequence[Sequence[str]], *, keys: int = 1, names: Sequence[str] = ()
) -> list[Column]:
    """Return the columns of a table that was made for a page.

    Args:
        head: headings.
        body: rows; a mark for bad cells, `!`, is taken off.
        keys: so many columns tell what a row is about.
        names: headings of further columns that may be shortened.
    """
    cells = [[row[place].removeprefix("!") for row in body] for place in range(len(head))]
    return [
        Column(title, texts, "name" if place < keys or title in names else "text",
               key=place < keys, least=18 if keys == 1 else 12)
        for place, (title, texts) in enumerate(zip(head, cells, strict=True))
    ]  # fmt: skip
