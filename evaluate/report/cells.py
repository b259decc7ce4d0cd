"""Cells of tables from records: a figure with its interval, and what it may claim."""

from __future__ import annotations

from ..pages.table import MISSING, Cell
from ..results.records import SEEDS, Record
from ..results.rounding import rounded_up
from ..results.table import interval, printed


def figure(record: Record | None, *, digits: int = 3) -> Cell:
    """Return a cell with a figure and its interval; what is only a lower bound is marked.

    It sorts by its figure; what was not measured sorts apart, never as a small figure.
    """
    if record is None:
        return Cell(MISSING)
    if record.value is None or record.status == "invalid":
        return Cell(printed(record, digits), bad=record.status == "invalid")
    if record.statistic.startswith("fnir"):  # a lower bound of what leaks: at most so much missed
        return _missed(record, digits)
    bad = record.status == "at least"
    return Cell(printed(record, digits), record.value, bad, interval(record, digits, " to "))


def plain(record: Record | None, *, digits: int = 3) -> Cell:
    """Return a cell with a figure alone; of several seeds it is from where to where they lie."""
    cell = figure(record, digits=digits)
    if record is not None and record.name == SEEDS and record.value is not None:
        return Cell(interval(record, digits, " to "), cell.key, cell.bad)
    return Cell(cell.text, cell.key, cell.bad)


def _missed(record: Record, digits: int) -> Cell:
    assert record.value is not None
    bound = record.status == "at least"
    ends = interval(record, digits, " to ")
    if bound:
        ends = "" if record.high is None else f"? to {rounded_up(record.high, digits)}"
    return Cell(f"{'<= ' * bound}{record.value:.{digits}f}", record.value, bound, ends)


def percent(value: float | None) -> str:
    """Return a share as a short figure for a heat map: `83`."""
    return "" if value is None else f"{100 * value:.0f}"
