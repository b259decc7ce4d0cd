"""How a table is laid out in little room: names shorten, columns go, figures stay whole."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len

from unmask.defenses.files.printable import printable

from ..results.table import MISSING, Column
from .shorten import CUT, rounded, shorten

LEAST = 5  # cells of a name when every column that may go has gone
READABLE = 100  # cells of a line of text


def table_lines(
    columns: Sequence[Column], width: int | None, *, caption: str = "", elsewhere: str = ""
) -> list[str]:
    """Return the lines that `print_table` prints; only a legend's may be wider than `width`."""
    known = [replace(c, cells=[*map(printable, c.cells)]) for c in columns]
    full = {c.heading: c for c in known if any(text not in ("", MISSING) for text in c.cells)}
    short = [_with(column, rounded(column.cells)) for column in full.values()]
    shown, gone = _fit(short, width)
    lines: list[str] = []
    for part in _parts(shown, width) if shown else ():
        fitted, widths, gap = _narrow(part, width)
        pairs = [
            (text, name)
            for column in fitted
            for text, name in zip(column.cells, full[column.heading].cells, strict=True)
            if CUT in text and text != name
        ]
        legend = [f"{text} = {name}" for text, name in dict.fromkeys(pairs)]
        lines += ["", *_drawn(fitted, widths, gap), *([""] if legend else []), *legend]
    told = [caption] if caption else []
    if any(c.cells != full[c.heading].cells for c in short):
        told.append(f"numbers in names are rounded{_where(elsewhere)}")
    if gone:
        told.append(f"no room for {', '.join(gone)}{_where(elsewhere)}")
    return [*lines, *([""] if lines else []), *wrapped(told, min(width or READABLE, READABLE))]


def _where(file: str) -> str:
    return f"; {file} has them in full" if file else ""


def wrapped(texts: Sequence[str], width: int) -> list[str]:
    """Break lines between words, but not before the sign of a percentage."""
    return [
        line.replace("\xa0", " ")
        for text in texts
        for line in textwrap.wrap(text.replace(" %", "\xa0%"), width, break_long_words=False,
                                  break_on_hyphens=False)
    ]  # fmt: skip


def _fit(columns: list[Column], width: int | None) -> tuple[list[Column], list[str]]:
    """Leave columns out until the rest fits, names shortened as far as they may be."""
    gone: list[str] = []
    while width is not None and _least(columns) > width and any(c.drop for c in columns):
        last = max(columns, key=lambda column: column.drop)
        columns = [column for column in columns if column is not last]
        gone.append(last.heading)
    return columns, gone[::-1]


def _parts(columns: list[Column], width: int | None) -> list[list[Column]]:
    """Cut what is still too wide into tables one below the other, each with the keys."""
    if width is None or _least(columns) <= width:
        return [columns]
    keys = [column for column in columns if column.key]
    others = [column for column in columns if not column.key]
    if any(_least([*keys, column]) > width for column in others):
        keys, others = ([replace(c, least=LEAST) for c in some] for some in (keys, others))
    parts = [list(keys)]
    for column in others:
        if len(parts[-1]) > len(keys) and _least([*parts[-1], column]) > width:
            parts.append(list(keys))
        parts[-1].append(column)
    return parts


def _narrow(columns: list[Column], width: int | None) -> tuple[list[Column], list[int], int]:
    """Shorten names until the table fits; return it, its widths, and the cells between columns."""
    widths = [_natural(column) for column in columns]
    if width is None or _total(widths, 2) <= width:
        return columns, widths, 2
    floors = [_floor(column) for column in columns]
    while _total(widths, 1) > width:
        able = [i for i, least in enumerate(floors) if widths[i] > least]
        if not able:
            break
        widths[max(able, key=lambda i: widths[i] - floors[i])] -= 1
    short = [
        _with(column, shorten(column.cells, room)) if column.kind == "name" else column
        for column, room in zip(columns, widths, strict=True)
    ]
    return short, [min(w, _natural(c)) for w, c in zip(widths, short, strict=True)], 1


def _natural(column: Column) -> int:
    """Return the cells a column would like to have; only long headings are broken then."""
    heading = cell_len(column.heading)
    return max(_floor(column), *map(cell_len, column.cells), heading if heading < 16 else 0)


def _floor(column: Column) -> int:
    """Return the fewest cells a column can do with: a heading breaks between words."""
    words = max(map(cell_len, column.heading.split()), default=0)
    cells = max(map(cell_len, column.cells))
    return max(words, min(cells, column.least) if column.kind == "name" else cells)


def _least(columns: Sequence[Column]) -> int:
    return _total([_floor(column) for column in columns], 1)


def _total(widths: Sequence[int], gap: int) -> int:
    return 1 + sum(widths) + gap * (len(widths) - 1)


def _drawn(columns: Sequence[Column], widths: Sequence[int], gap: int) -> list[str]:
    heads = [
        textwrap.wrap(c.heading, w, break_long_words=False, break_on_hyphens=False)
        for c, w in zip(columns, widths, strict=True)
    ]
    tall = max(map(len, heads))
    head = [[""] * (tall - len(words)) + words for words in heads]
    lines = [*zip(*head, strict=True), *zip(*(c.cells for c in columns), strict=True)]
    drawn = [(" " + (" " * gap).join(
        _padded(text, w, left=column.kind != "figure")
        for text, column, w in zip(line, columns, widths, strict=True)
    )).rstrip() for line in lines]  # fmt: skip
    rule = " " + "─" * (_total(widths, gap) - 1)
    return [*drawn[:tall], rule, *drawn[tall:]]


def _padded(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - cell_len(text))
    return text + blank if left else blank + text


def _with(column: Column, texts: dict[str, str]) -> Column:
    if column.kind != "name":
        return column
    return replace(column, cells=[texts[cell] for cell in column.cells])
