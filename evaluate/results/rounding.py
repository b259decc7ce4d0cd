"""How figures are rounded where people read them: never to anybody's comfort.

The ends of an interval are rounded outwards, so that what is said to hold at 95 % does.
"""

from __future__ import annotations

import math

_EXACT = 1e-6  # records hold six digits: 0.29 is not 0.28999


def rounded_down(value: float, digits: int = 2) -> str:
    """Return the lower end of an interval, rounded down: `0.12` for 0.129."""
    whole = math.floor(value * 10**digits + _EXACT)
    return f"{whole / 10**digits:.{digits}f}"


def rounded_up(value: float, digits: int = 2) -> str:
    """Return the upper end of an interval, rounded up: `0.13` for 0.121."""
    whole = math.ceil(value * 10**digits - _EXACT)
    return f"{whole / 10**digits:.{digits}f}"


def ends_of(low: float, high: float, digits: int = 3) -> str:
    """Return an interval: `0.120 to 0.131`."""
    return f"{rounded_down(low, digits)} to {rounded_up(high, digits)}"


def of_hundred(value: float) -> str:
    """Return a share in words that people know: `4 of 100`."""
    if 0 < value < 0.005:
        return "fewer than 1 of 100"
    if 0.995 <= value < 1:
        return "more than 99 of 100"
    return f"{100 * value:.0f} of 100"


def ends_of_hundred(low: float, high: float) -> str:
    """Return an interval in photos of 100: `4 to 13`."""
    return ends_of(100 * low, 100 * high, 0)
