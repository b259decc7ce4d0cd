"""Figures over a parameter, with their bands: how much leaks at each strength."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .frame import Axis, axes, chart, line_across, svg
from .labels import Label, place_labels
from .looks import legend, looks, mark
from .scales import Scale, around, short
from .tags import Html, joined, tag

WIDTH, HEIGHT = 560, 340
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 40, 56


@dataclass(frozen=True)
class Step:
    """One setting: where it lies, its figure with interval, and what is shown of it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    open_end: bool = False
    tip: str = ""


@dataclass(frozen=True)
class Series:
    """A line through steps; `dashed` for a figure that is only compared with."""

    name: str
    steps: Sequence[Step]
    dashed: bool = False


def curve(
    title: str,
    across: Axis,
    up: Axis,
    series: Sequence[Series],
    *,
    levels: Sequence[tuple[float, str]] = (),
    limit: float | None = None,
    here: float | None = None,
    ticks: Sequence[tuple[float, str]] = (),
    says: str = "",
) -> Html:
    """Return a chart of series over one parameter.

    Args:
        title: of the chart.
        across: the parameter.
        up: what is measured; its ends are 0 and 1 unless it says others.
        series: at least one with a step.
        levels: dotted lines across with their names.
        limit: a line across that is not to be passed.
        here: a line up through one value of the parameter.
        ticks: of the parameter, in place of round figures (settings that are no numbers).
        says: what the chart shows.
    """
    xs = [step.x for one in series for step in one.steps]
    low, high = around(xs, log=across.log)
    x = Scale(low if across.low is None else across.low,
              high if across.high is None else across.high, LEFT, WIDTH - RIGHT,
              across.log)  # fmt: skip
    ends = (up.low if up.low is not None else 0.0, up.high if up.high is not None else 1.0)
    y = Scale(ends[0], ends[1] + 0.03 * (ends[1] - ends[0]), HEIGHT - BOTTOM, TOP)
    shown = looks([one.name for one in series])
    drawn = [axes(x, y, across, up, ticks)]
    drawn += [line_across(x, y(value), name, "level") for value, name in levels]
    if limit is not None:
        drawn.append(line_across(x, y(limit), f"limit {short(limit)}", "limit"))
    if here is not None:
        drawn.append(tag("path", d=f"M{x(here):.1f} {y.start:.0f}V{y.end:.0f}", class_="here"))
    names = []
    for one in series:
        steps = sorted(one.steps, key=lambda step: step.x)
        look = shown[one.name]
        drawn.append(_band(steps, x, y, look.style))
        path = "M" + "L".join(f"{x(s.x):.1f} {y(s.y):.1f}" for s in steps)
        drawn.append(tag("path", d=path, class_=f"line {look.style} {'dashed' * one.dashed}"))
        drawn += [mark(look, x(s.x), y(s.y), size=4.5, hollow=s.open_end or one.dashed,
                       tip=s.tip or f"{one.name}: {short(s.y)}") for s in steps]  # fmt: skip
        if len(series) > 1 and steps:
            names.append(Label(one.name, x(steps[-1].x), y(steps[-1].y)))
    drawn.append(place_labels(names, (LEFT, TOP - 10, WIDTH - 2, HEIGHT - BOTTOM)))
    told = "; ".join(f"{one.name}: {_told(one.steps)}" for one in series)
    below = [legend(shown)] if len(series) > 1 else []
    return chart(svg(WIDTH, HEIGHT, title, told, *drawn), says or title, *below, label=title)


def _told(steps: Sequence[Step]) -> str:
    return ", ".join(f"{short(step.y)} at {short(step.x)}" for step in steps)


def _band(steps: Sequence[Step], x: Scale, y: Scale, style: str) -> Html:
    """Draw the interval; a lower bound reaches the top."""
    known = [s for s in steps if s.low is not None and s.high is not None]
    if len(known) == 1:
        s = known[0]
        top = y.high if s.open_end else s.high or s.y
        return tag("path", d=f"M{x(s.x):.1f} {y(s.low or 0):.1f}V{y(top):.1f}",
                   class_=f"whisker {style}")  # fmt: skip
    if not known:
        return Html()
    upper = [f"{x(s.x):.1f} {y(y.high if s.open_end else s.high or s.y):.1f}" for s in known]
    lower = [f"{x(s.x):.1f} {y(s.low or 0.0):.1f}" for s in reversed(known)]
    return joined((tag("path", d="M" + "L".join(upper + lower) + "z", class_=f"band {style}"),))
