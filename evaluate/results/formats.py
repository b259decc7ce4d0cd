"""A table for a paper, a page, a notebook or another program, made from `Column`s.

Cells are texts that already say `>= 0.39` where a figure is a lower bound; a format only writes
these signs in its own way and never makes a figure of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Literal

from unmask.notebook import table

from .failures import remarks
from .lines import as_dicts, summary_text
from .records import Record
from .summary import Row
from .table import (
    AT_LEAST,
    MISSING,
    Column,
    interval,
    leakage_table,
    printed,
    said_of,
    sorted_rows,
)

Format = Literal["json", "csv", "markdown", "latex"]
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "…": r"\dots{}",
}  # fmt: skip
_REASON = 90  # signs of a reason in the short text
_RANGE = re.compile(r"(?<=\d)-(?=[\d?])")  # between the ends of an interval


def formatted(records: Sequence[Record], form: Format) -> str:
    """Return the records of a comparison as text for somebody else than the terminal.

    Args:
        records: of a run.
        form: `json`, `csv`, `markdown` or `latex`.
    """
    if form == "json":
        return json.dumps(as_dicts(records), indent=2)
    if form == "csv":
        return summary_text(records).rstrip("\n")
    found = sorted_rows(records)
    columns, told = leakage_table(found), ". ".join([said_of(found), *remarks(records)])
    return markdown(columns, told) if form == "markdown" else latex(columns, told)


def markdown(columns: Sequence[Column], said: str = "") -> str:
    """Return a table of GitHub's Markdown, and what must be known to read it."""
    shown = filled(columns)
    lines = [
        _bars([_plain(column.heading) for column in shown]),
        _bars([":--" if column.kind != "figure" else "--:" for column in shown]),
        *(_bars([_plain(text) for text in cells]) for cells in _lines(shown)),
    ]
    return "\n".join([*lines, *(["", _plain(said)] if said else [])])


def latex(columns: Sequence[Column], said: str = "") -> str:
    r"""Return a table for LaTeX with booktabs; a lower bound is a `\geq`, its open end a `?`."""
    shown = filled(columns)
    places = "".join("r" if column.kind == "figure" else "l" for column in shown)
    body = [" & ".join(map(_tex, cells)) + r" \\" for cells in _lines(shown)]
    return "\n".join([
        r"% \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        *([f"  \\caption{{{_tex(said)}}}"] if said else []),
        f"  \\begin{{tabular}}{{{places}}}",
        r"    \toprule",
        "    " + " & ".join(_tex(column.heading) for column in shown) + r" \\",
        r"    \midrule",
        *(f"    {line}" for line in body),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ])  # fmt: skip


def csv_of(columns: Sequence[Column]) -> str:
    """Return the cells of a table as CSV, as they are read: `>= 0.39` stays a text."""
    shown = filled(columns)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.heading for column in shown])
    writer.writerows(_lines(shown))
    return stream.getvalue().rstrip("\n")


def html(columns: Sequence[Column], said: Sequence[str] = ()) -> str:
    """Return a small table for a notebook: everything escaped, in the colours that are there.

    Args:
        columns: see `Column`.
        said: lines below it.
    """
    shown = filled(columns)
    figures = [place for place, column in enumerate(shown) if column.kind == "figure"]
    return table([column.heading for column in shown], _lines(shown), said, figures=figures)


def text(records: Sequence[Record], most: int) -> list[str]:
    """Return a line per defense, at most so many: name, leakage, interval, attacker."""
    return text_of(sorted_rows(records), most)


def text_of(found: Sequence[Row], most: int) -> list[str]:
    """Return a line per row, at most so many, as `text` does."""
    wide = max((len(row.shown) for row in found[:most]), default=0)
    lines = [
        f"  {row.shown:{wide}}  {_figure(printed(row.worst), row.worst)}"
        f"{'  ' + row.attacker if row.measured else ''}"
        for row in found[:most]
    ]
    more = len(found) - most
    return [*lines, *([f"  and {more} more"] if more > 0 else [])]


def _figure(figure: str, record: Record) -> str:
    ends = interval(record, to=" to ")
    if record.value is not None and ends:
        return f"{figure:>7}  ({ends})"
    why = " ".join(record.reason.split())
    return f"{figure:>7}  ({why[:_REASON]})" if why else f"{figure:>7}"


def filled(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that hold something."""
    return [c for c in columns if any(cell not in ("", MISSING) for cell in c.cells)]


def _lines(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    return list(zip(*(column.cells for column in columns), strict=True))


def _bars(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(cell: str) -> str:
    """Escape what Markdown would read as its own."""
    found = re.sub(r"([\\`*_{}\[\]<|~$#])", r"\\\1", " ".join(cell.split()))
    return found.replace("&", "&amp;").replace(">", "&gt;")


def _tex(cell: str) -> str:
    bound = cell.startswith(AT_LEAST)
    told = _RANGE.sub("--", cell.removeprefix(AT_LEAST)) if bound or cell[:1].isdigit() else cell
    parts = told.split(AT_LEAST.strip())
    written = r"$\geq$".join("".join(_TEX.get(sign, sign) for sign in part) for part in parts)
    written = " ".join(written.split())  # an empty line would end a paragraph
    return (r"$\geq$\," if bound else "") + written
