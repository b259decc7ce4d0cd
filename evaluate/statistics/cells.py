"""Large tables, some rows at a time: what is made of them on the way fits into memory."""

from __future__ import annotations

from collections.abc import Iterator

CELLS = 1 << 20
"""Cells of a table that are worked on together."""


def blocks(rows: int, columns: int, cells: int = 0) -> Iterator[slice]:
    """Yield the rows of a table, as many at a time as have `cells` cells; 0: `CELLS`."""
    step = max(1, (cells or CELLS) // max(columns, 1))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
