"""How many people a proof would need."""

from __future__ import annotations

from ..statistics import TAIL
from ..statistics.clusters import alike
from .table import Figure

MOST = 100_000


def people_needed(found: Figure, limit: float) -> int | None:
    """Return about how many people must be attacked to show that a limit holds.

    Intervals shrink with the square root of the number of people. That more people are harder to
    tell apart is not counted on, but for what is no better than chance, which falls by itself. At
    least so many are needed that nobody of them may be an exception, see `alike`.

    Args:
        found: what was measured, with its interval.
        limit: 0 to 1.

    Returns:
        None where no number would do: what was found is as high as the limit, or unknown.
    """
    if found.state != "ok" or found.value is None or found.high is None or found.people < 1:
        return None
    guessed = found.chance is not None and (found.low or 0.0) <= found.chance
    above = max(found.value - (found.chance or 0.0), 0.0) if guessed else found.value
    if above >= limit:
        return None
    arm = found.high - found.value

    def end(people: int) -> float:
        value = above + (1 / people if guessed else 0.0)
        spread = value + arm * (found.people / people) ** 0.5
        return max(float(spread), alike(value, people, (0.0, 1.0), TAIL)[1])

    low, high = 1, MOST
    if end(high) > limit:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if end(middle) <= limit else (middle + 1, high)
    return low


def least_to_show(limit: float) -> int | None:
    """Return how many people must be attacked before anything at all can be shown to hold.

    That is for a perfect defense, of which nothing but chance is left.
    """
    return people_needed(Figure(0.5, 0.0, 0.5, 0.5, 1), limit)
