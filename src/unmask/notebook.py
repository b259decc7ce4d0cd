"""Small tables that a notebook shows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_SAID = ".unmask-said{max-width:60em;font-size:12px;opacity:.8;margin:.4em 0}"
_STYLE = (
    "<style>.unmask{border-collapse:collapse;color:inherit;background:none;font-size:13px}"
    ".unmask td,.unmask th{padding:2px 8px;text-align:right;white-space:nowrap;color:inherit;"
    "background:none;border:0;border-bottom:1px solid rgba(128,128,128,.35)}"
    f".unmask .t{{text-align:left}}{_SAID}</style>"
)


def table(
    head: Sequence[str],
    body: Sequence[Sequence[str]],
    said: Sequence[str] = (),
    *,
    figures: Sequence[int] = (),
) -> str:
    """Return a table of HTML: everything escaped, in the colours that are there.

    Args:
        head: headings; without any there is no table.
        body: rows of cells.
        said: lines below it.
        figures: places of columns that are flush right.
    """

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(
            f"<{tag}{'' if place in figures else ' class=t'}>{escape(text)}</{tag}>"
            for place, text in enumerate(cells)
        ) + "</tr>"  # fmt: skip

    lines = "".join(row(cells, "td") for cells in body)
    shown = f"<table class=unmask><thead>{row(head, 'th')}</thead><tbody>{lines}</tbody></table>"
    told = "".join(f"<p class=unmask-said>{escape(line)}</p>" for line in said if line)
    return f"{_STYLE}{shown if head else ''}{told}"
