"""What a search found as columns of text, for the terminal, a notebook or a paper."""

from __future__ import annotations

from collections.abc import Sequence

from ..results.rounding import rounded_down, rounded_up
from ..results.table import AT_LEAST, MISSING, Column, two
from .points import Point


def leaks(point: Point | None) -> str:
    """Return the leakage of a setting; one of which more may leak says `>=`."""
    if point is None:
        return MISSING
    sign = AT_LEAST if is_bound(point) else ""
    return f"{sign}{two(point.leakage.value)}"


def ends(point: Point | None) -> str:
    """Return the ends of the interval; a lower bound has no upper end."""
    if point is None:
        return ""
    low, high = point.leakage.low, point.leakage.high
    return f"{rounded_down(low)}-{'?' if is_bound(point) else rounded_up(high)}"


def is_bound(point: Point) -> bool:
    """Return whether more may leak than was measured: it says why, and its interval ends at 1."""
    return bool(point.reason) and point.leakage.high >= 1 > point.leakage.value


def front_table(
    seen: Sequence[Point], test: Sequence[Point], chosen: int | None, metric: str
) -> list[Column]:
    """Return the columns of settings as the search and, where it looked, the test saw them.

    Args:
        seen: as the search saw them.
        test: as the test did, by the number of the trial.
        chosen: number of the one that was chosen.
        metric: the utility.
    """
    first = sorted({p.number: p for p in seen}.values(), key=lambda p: -p.leakage.value)
    checked = {point.number: point for point in test}
    known = [checked.get(point.number) for point in first]
    return [
        Column("defense", [p.defense for p in first], "name", key=True, least=18),
        Column("chosen", ["chosen" if p.number == chosen else "" for p in first], "text"),
        Column("test leakage", [leaks(point) for point in known]),
        Column("test 95 %", [ends(point) for point in known], "text"),
        Column("search leakage", [leaks(point) for point in first]),
        Column("search 95 %", [ends(point) for point in first], "text"),
        Column(metric, [use(point, metric) for point in first]),
        Column("worst attacker", [point.attacker for point in first], "name", drop=1),
    ]


def point_lines(points: Sequence[Point], part: str) -> list[dict[str, object]]:
    """Return a line per setting, for a DataFrame; the figures of a lower bound end at 1.

    Args:
        points: settings.
        part: whose people they were measured on: `search` or `test`.
    """
    return [
        {
            "defense": point.defense, "people": part, **point.settings,
            "state": "at least" if is_bound(point) else "ok",
            "leakage": point.leakage.value, "leakage_low": point.leakage.low,
            "leakage_high": point.leakage.high, "worst_attacker": point.attacker,
            **{f"{n}{end}": value for n, e in point.utilities.items()
               for end, value in (("", e.value), ("_low", e.low), ("_high", e.high))},
            "reason": point.reason,
        }
        for point in points
    ]  # fmt: skip


def use(point: Point | None, metric: str) -> str:
    """Return what use a setting leaves."""
    found = point.utilities.get(metric) if point else None
    return two(found.value) if found else MISSING
