"""How figures of advice are said: of 100, and never better than they are."""

from __future__ import annotations

import math

from .table import Figure


def hundred(value: float) -> str:
    """Return a share of 100 photos in words: `7 of 100`, `under 1 of 100`."""
    if 0 < value < 0.005:
        return "under 1 of 100"
    return f"{round(100 * value)} of 100"


def ends(found: Figure) -> str:
    """Return the interval of a figure, widened to whole photos: `at 95 % 0 to 30`."""
    if found.low is None or found.high is None:
        return "no interval is known"
    low = math.floor(100 * found.low + 1e-9)
    if found.state == "at least":
        return f"at 95 % from {low}, and nobody knows up to where"
    return f"at 95 % {low} to {upper(found)}"


def upper(found: Figure) -> int:
    """Return the upper end in photos of 100, rounded up."""
    high = 1.0 if found.high is None or found.state != "ok" else found.high
    return math.ceil(100 * high - 1e-9)


def told(found: Figure, *, guessing: bool = True) -> str:
    """Return a figure with its interval and, if wished, what guessing reaches."""
    if found.value is None:
        return "not measured"
    sign = "at least " if found.state == "at least" else ""
    known = guessing and found.chance is not None
    chance = f"; guessing names {hundred(found.chance or 0.0)}" if known else ""
    return f"{sign}{hundred(found.value)} ({ends(found)}{chance})"


def percent(share: float) -> str:
    """Return a share of photos looked at: `98 %`."""
    return f"{round(100 * share)} %"
