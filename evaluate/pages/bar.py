"""A bar with its interval, and a mark where a limit lies: one figure at a glance."""

from __future__ import annotations

from .tags import Html, tag


def bar(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    says: str,
    open_end: bool = False,
    limit: float | None = None,
    chance: float | None = None,
    bad: bool = False,
) -> Html:
    """Return a bar from 0 to 1.

    Args:
        value: share, 0 to 1; None draws a hatched bar over the whole width: it is not known, so
            that it can never look like a small figure.
        low: lower end of its interval.
        high: upper end.
        says: what a screen reader says, and what is shown to who points at it.
        open_end: the figure is a lower bound: hatched from there to the right.
        limit: where a limit is marked.
        chance: where guessing is marked.
        bad: the bar has the colour of a warning.
    """
    drawn = [tag("rect", x=0, y=5, width=300, height=12, class_="groove")]
    if value is None:
        drawn.append(tag("rect", x=0, y=5, width=300, height=12, class_="unknown"))
    else:
        style = "bar bad" if bad else "bar"
        drawn.append(tag("rect", x=0, y=5, width=300.0 * value, height=12, class_=style))
        if open_end:
            drawn.append(tag("rect", x=300.0 * value, y=5, width=300.0 * (1 - value), height=12,
                             class_="unknown"))  # fmt: skip
        if low is not None and high is not None:
            ends = f"M{300 * low:.1f} 11H{300 * (1.0 if open_end else high):.1f}"
            caps = f"M{300 * low:.1f} 7v8" + ("" if open_end else f"M{300 * high:.1f} 7v8")
            drawn.append(tag("path", d=ends + caps, class_="whisker"))
    if chance is not None:
        drawn.append(tag("path", d=f"M{300 * chance:.1f} 3v16", class_="chance"))
    if limit is not None:
        x = 300 * limit
        drawn.append(tag("path", d=f"M{x:.1f} 0v22m-4 -22h8l-4 5z", class_="limit"))
    return tag(
        "svg", tag("title", says), *drawn, viewBox="-2 0 304 22", role="img", class_="meter",
        aria_label=says, data_tip=says,
    )  # fmt: skip
