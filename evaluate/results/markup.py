"""HTML of ours: how a page begins, and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff; overflow-wrap: break-word; }
table { border-collapse: separate; border-spacing: 0; margin: 1rem 0;
  font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right;
  vertical-align: top; overflow-wrap: normal; }
td { white-space: nowrap; } td.bad { color: #a40000; white-space: normal; min-width: 6rem; }
th:first-child, td:first-child { text-align: left; white-space: normal; position: sticky; left: 0;
  background: #fff; border-right: 1px solid #ddd; overflow-wrap: break-word; max-width: 18rem; }
img { max-width: 100%; height: auto; } .wide { overflow-x: auto; }
@media (max-width: 40rem) { body { margin: 1rem auto; }
  th:first-child, td:first-child { max-width: 8.5rem; } }
"""


def page_head(title: str) -> str:
    """Return how every page of ours begins: one file, readable on a phone."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )


def html_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table; a cell that begins with `!` is marked as bad."""
    top = "".join(f"<th>{escape(cell)}" for cell in head)
    lines = []
    for first, *others in body:
        marked = ["<td>" + re.sub("([:,])", r"\1<wbr>", escape(first))]  # a spec may break there
        marked += (
            f"<td class=bad>{escape(cell[1:])}" if cell.startswith("!") else f"<td>{escape(cell)}"
            for cell in others
        )
        lines.append("<tr>" + "".join(marked))
    return f'<div class="wide"><table><tr>{top}{"".join(lines)}</table></div>'


def number(value: float | None) -> str:
    """Return a figure with three digits, or that there is none."""
    return "not measured" if value is None else f"{value:.3f}"
