"""A figure with its interval on a line through zero: how much more or less something is."""

from __future__ import annotations

from .tags import Html, tag

_WIDTH, _EDGE = 300, 6


def span(value: float, low: float, high: float, *, says: str, most: float = 1.0) -> Html:
    """Return a dot with whiskers, zero in the middle.

    Args:
        value: from `-most` to `most`.
        low: lower end of its interval.
        high: upper end.
        says: what a screen reader says, and what is shown to who points at it.
        most: where the line ends on both sides.
    """

    def x(figure: float) -> float:
        share = min(max(figure / most, -1.0), 1.0)
        return _EDGE + (_WIDTH - 2 * _EDGE) * (share + 1) / 2

    ends = f"M{x(low):.1f} 11H{x(high):.1f}M{x(low):.1f} 7v8M{x(high):.1f} 7v8"
    return tag(
        "svg", tag("title", says),
        tag("path", d=f"M0 11H{_WIDTH}", class_="axis"),
        tag("path", d=f"M{_WIDTH / 2:.1f} 2v18", class_="chance"),
        tag("path", d=ends, class_="whisker"),
        tag("circle", cx=x(value), cy=11, r=5, class_="bar"),
        viewBox=f"-2 0 {_WIDTH + 4} 22", role="img", class_="meter", aria_label=says,
        data_tip=says,
    )  # fmt: skip
