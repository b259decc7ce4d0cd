"""How figures of advice are said: of 100, and never better than they are."""

from __future__ import annotations

from ..results.rounding import of_hundred, rounded_down, rounded_up
from .table import Figure


def ends(found: Figure) -> str:
    """Return the interval of a figure, widened to whole photos: `at 95 % 0 to 30`."""
    if found.low is None or found.high is None:
        return "no interval is known"
    low = rounded_down(100 * found.low, 0)
    if found.state == "at least":
        return f"at 95 % from {low}, and nobody knows up to where"
    return f"at 95 % {low} to {upper(found)}"


def upper(found: Figure) -> str:
    """Return the upper end in photos of 100, rounded up."""
    high = 1.0 if found.high is None or found.state != "ok" else found.high
    return rounded_up(100 * high, 0)


def told(found: Figure, *, guessing: bool = True) -> str:
    """Return a figure with its interval and, if wished, what guessing reaches."""
    if found.value is None:
        return "not measured"
    sign = "at least " if found.state == "at least" else ""
    known = guessing and found.chance is not None
    chance = f"; guessing names {of_hundred(found.chance or 0.0)}" if known else ""
    return f"{sign}{of_hundred(found.value)} ({ends(found)}{chance})"


def percent(share: float) -> str:
    """Return a share of photos looked at: `98 %`."""
    return f"{round(100 * share)} %"
