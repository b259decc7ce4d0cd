"""How far a search is, for whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from .choose import UnmetError, choose, nearest
from .goal import Goal
from .points import Point
from .result import Status


def standing(
    defense: str, seen: tuple[int, Sequence[Point]], goal: Goal, trials: int, start: float
) -> Status:
    """Return what is best so far, and how long the rest may take.

    Args:
        defense: which is tuned.
        seen: how many trials are finished, and what they found.
        goal: what is wanted.
        trials: how many there are to be.
        start: when the search began, by `time.perf_counter`.
    """
    done, points = seen
    best, holds = None, None
    if points:
        try:
            best, holds = choose(points, goal), True if goal.limited else None
        except UnmetError:
            best, holds = nearest(points, goal), False
    pace = (time.perf_counter() - start) / max(done, 1)
    return Status(defense, done, trials, goal, best, holds, pace * max(trials - done, 0))
