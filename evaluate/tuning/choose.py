"""From what was tried to what is recommended."""

from __future__ import annotations

from collections.abc import Sequence

from .goal import Goal
from .points import Point, told


class UnmetError(ValueError):
    """No setting that was tried keeps the limit; the message says how near the best came."""


def front(points: Sequence[Point], goal: Goal) -> list[Point]:
    """Return the points that no other beats in both ways, from little leakage to much."""
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.leakage.value, -goal.gain(p), p.number)):
        if not best or goal.gain(point) > goal.gain(best[-1]):
            best.append(point)
    return best


def choose(points: Sequence[Point], goal: Goal) -> Point:
    """Return the point the goal asks for.

    With a cap on leakage: the best utility among those that hold it; with a floor under
    utility: the least leakage. Without a limit: the point of the front nearest to its own
    ideal corner, both axes scaled to the front.

    Raises:
        UnmetError: none holds the limit.
    """
    holding = [point for point in points if goal.violation(point) <= 0]
    if not holding:
        raise UnmetError(unmet(points, goal))
    if goal.capped:
        return min(holding, key=lambda p: (-goal.gain(p), p.leakage.value, p.number))
    if goal.min_utility is not None:
        return min(holding, key=lambda p: (p.leakage.value, -goal.gain(p), p.number))
    ends = front(points, goal)
    leaks = [p.leakage.value for p in ends]
    gains = [goal.gain(p) for p in ends]

    def away(point: Point) -> float:
        leak = (point.leakage.value - min(leaks)) / (max(leaks) - min(leaks) or 1)
        lost = (max(gains) - goal.gain(point)) / (max(gains) - min(gains) or 1)
        return leak**2 + lost**2

    return min(ends, key=away)


def nearest(points: Sequence[Point], goal: Goal) -> Point:
    """Return the point that misses the limit by least; of equals, the one of more use.

    Figures count to three digits, as they are printed.

    Raises:
        ValueError: there are no points.
    """
    if not points:
        raise UnmetError("nothing was measured to the end")
    return min(
        points,
        key=lambda p: (
            round(goal.violation(p), 3), round(p.leakage.value, 3), -goal.gain(p), p.number,
        ),
    )  # fmt: skip


def next_stronger(points: Sequence[Point], goal: Goal, first: Point) -> Point | None:
    """Return the second choice: leaks less than the first in the search, best use among those.

    With a floor under utility it is the point of better utility with the least leakage.
    """
    if goal.min_utility is not None:
        other = [p for p in points if goal.gain(p) > goal.gain(first)]
        return min(other, key=lambda p: (p.leakage.value, -goal.gain(p)), default=None)
    other = [p for p in points if goal.violation(p) < goal.violation(first)]
    return min(other, key=lambda p: (-goal.gain(p), p.leakage.value), default=None)


def spread(points: Sequence[Point], count: int) -> list[Point]:
    """Return at most `count` of the points, evenly spread, ends included."""
    if len(points) <= count:
        return list(points)
    steps = [round(i * (len(points) - 1) / (count - 1)) for i in range(count)]
    return [points[i] for i in dict.fromkeys(steps)]


def unmet(points: Sequence[Point], goal: Goal) -> str:
    """Say that no point holds the limit and how near the nearest came.

    Raises:
        ValueError: there are no points.
    """
    near = nearest(points, goal)
    name, found = goal.held(near)
    return (
        f"No setting holds {goal.limit} on the search people; the nearest is {near.defense}: "
        f"{name} {told(found)}"
    )
