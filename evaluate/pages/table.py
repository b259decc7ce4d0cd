"""Tables that can be sorted by mouse and keyboard, and that scroll by themselves on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .tags import Html, breakable, tag

MISSING = "-"
_FIGURE = re.compile(r"([+-]?\d+(?:\.\d+)?)(?: \((.*)\))?")
ARROWS = {"more": "\N{UPWARDS ARROW}", "less": "\N{DOWNWARDS ARROW}"}


@dataclass(frozen=True)
class Heading:
    """A column.

    Args:
        text: its name, short.
        better: `more`, `less` or empty: an arrow that points where it is better.
        unit: said small beside the name.
        says: what the column means, shown when somebody points at it.
    """

    text: str
    better: str = ""
    unit: str = ""
    says: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Args:
        text: what is printed; `Html` as it is.
        key: the number to sort by; None sorts after all numbers, by text.
        bad: it must be noticed.
        more: shown small below the text, such as an interval.
    """

    text: str
    key: float | None = None
    bad: bool = False
    more: str = ""


def number(value: float | None, *, digits: int = 3) -> Cell:
    """Return a cell with a figure; None was not measured."""
    return Cell(MISSING) if value is None else Cell(f"{value:.{digits}f}", value)


def sortable_table(
    caption: str,
    head: Sequence[Heading | str],
    body: Sequence[Sequence[Cell | str]],
    *,
    wide: bool = False,
) -> Html:
    """Return a table; each row begins with what it is about.

    Args:
        caption: says what the table holds; also read out by screen readers.
        head: the columns; a text is a `Heading` without more.
        body: rows of cells; a text is a `Cell` that sorts as text. The first cell of a row is a
            long name that may be broken.
        wide: cells other than the first may be broken as well (they hold sentences).
    """
    columns = [one if isinstance(one, Heading) else Heading(one) for one in head]
    cells = [[Cell(one) if isinstance(one, str) else one for one in row] for row in body]
    texts = [all(row[place].key is None for row in cells) for place in range(len(columns))]
    top = tag("tr", *(_heading(one, text) for one, text in zip(columns, texts, strict=True)))
    lines = [tag("tr", _name(row[0]), *map(_cell, row[1:], texts[1:])) for row in cells]
    table = tag(
        "table", tag("caption", caption), tag("thead", top), tag("tbody", *lines),
        class_="sortable wide" if wide else "sortable",
    )  # fmt: skip
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=caption)


def text_table(caption: str, head: Sequence[str], body: Sequence[Sequence[str]]) -> Html:
    """Return a table of texts; those that begin with a figure sort by it.

    Args:
        caption: as in `sortable_table`.
        head: the columns.
        body: rows; a cell that begins with `!` is bad, and one like `0.120 (0.060 to 0.210)`
            shows its interval small.
    """
    rows: list[list[Cell | str]] = [[row[0], *map(_read, row[1:])] for row in body]
    return sortable_table(caption, head, rows)


def _read(text: str) -> Cell:
    bad, text = text.startswith("!"), text.removeprefix("!")
    found = _FIGURE.fullmatch(text)
    if found is None:
        return Cell(text, bad=bad)
    return Cell(found[1], float(found[1]), bad, more=found[2] or "")


def _heading(one: Heading, text: bool) -> Html:
    told: list[str] = [one.text]
    if one.unit:
        told.append(tag("small", f" {one.unit}"))
    if one.better:
        told.append(tag("span", f" {ARROWS[one.better]}", aria_hidden="true"))
        told.append(tag("span", f" ({one.better} is better)", class_="unseen"))
    return tag("th", *told, scope="col", aria_sort="none", title=one.says or None,
               class_="text" if text else None)  # fmt: skip


def _name(one: Cell) -> Html:
    style = "bad" if one.bad else None
    return tag("th", breakable(one.text), *_more(one), scope="row", class_=style, data_k=_key(one))


def _cell(one: Cell, text: bool) -> Html:
    style = " ".join(filter(None, ("bad" * one.bad, "text" * text)))
    return tag("td", one.text, *_more(one), class_=style or None, data_k=_key(one))


def _more(one: Cell) -> list[Html]:
    return [tag("small", one.more)] if one.more else []


def _key(one: Cell) -> str | None:
    return None if one.key is None else f"{one.key:.6g}"
