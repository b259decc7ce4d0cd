"""Whether a setting lies at an end of what was searched although more is allowed."""

from __future__ import annotations

from typing import Any

from unmask.defenses import DEFENSES, Range

from .points import Point
from .result import Tuned
from .spaces import share, spec_with

_NEAR = 0.01  # of the range: so near is at its end
_FURTHER = 10  # times the end (of a log range) or its width: more is not proposed at once


def border(tuned: Tuned) -> str:
    """Say how to search on where more may be won beyond the end; empty where it is not so.

    Under a cap that does not hold, stronger settings may; under one that holds, weaker ones
    may be of more use. With a floor it is the other way round, without a limit both count.
    """
    point, about = tuned.seen, tuned.about
    for name, kind in about.space.items():
        if point is None or not isinstance(kind, Range) or name not in point.settings:
            continue
        place = share(kind, point.settings[name])
        strong = place >= 1 - _NEAR
        if not strong and place > _NEAR:
            continue
        if tuned.goal.limited and strong != _stronger_wanted(tuned):
            continue
        end = kind.at(float(strong))
        further = _further(point, name, kind, strong=strong)
        if further is not None:
            ends = f"{end:g}..{further:g}" if strong else f"{further:g}..{end:g}"
            side = "strong" if strong else "weak"
            return (
                f"{name}={end:g} is the {side} end of what was searched and {further:g} is "
                f'allowed; --space "{name}={ends}" goes on from there'
            )
    return ""


def allowed(defense: str, parameter: str) -> tuple[float, float] | None:
    """Return the bounds that a defense checks a parameter against; None if it has none."""
    built = DEFENSES.build(defense)
    bounds: dict[str, tuple[float, float]] = {}

    class Asked(type(built)):  # type: ignore[misc]
        """The same defense, which notes what it asks of its parameters."""

        def check(self, name: str, low: float, high: float, **rest: Any) -> None:
            bounds[name] = low, high
            super().check(name, low, high, **rest)

    Asked(**built.parameters)
    return bounds.get(parameter)


def _stronger_wanted(tuned: Tuned) -> bool:
    return tuned.goal.capped != bool(tuned.holds)


def _further(point: Point, name: str, kind: Range, *, strong: bool) -> float | None:
    bounds = allowed(point.defense, name)
    if bounds is None:
        return None
    end, other = kind.at(float(strong)), kind.at(float(not strong))
    up = end > other
    if kind.log:
        furthest = end * _FURTHER if up else end / _FURTHER
    else:
        furthest = end + _FURTHER * (end - other)
    value = min(furthest, bounds[1]) if up else max(furthest, bounds[0])
    value = round(value) if kind.integer else float(f"{value:.6g}")
    if value == end or (value > end) != up:
        return None
    try:
        spec_with(point.defense, {name: value})
    except ValueError:
        return None  # another rule of the defense forbids it
    return value
