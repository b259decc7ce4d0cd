"""Points in a plane of two figures: what leaks over what use is left, and the like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .frame import Axis, axes, chart, line_across, svg, text_width
from .labels import Label, place_labels
from .looks import Look, legend, mark
from .scales import Scale, around
from .tags import Html, joined, tag

WIDTH, HEIGHT = 860, 500
LEFT, RIGHT, TOP, BOTTOM = 60, 24, 40, 56


@dataclass(frozen=True)
class Point:
    """One thing in the plane.

    Args:
        name: beside the mark; empty for none.
        y: figure, 0 to 1.
        xs: the figure of each horizontal axis, by its title; one that is missing, or None, keeps
            the point out of that view.
        family: points of one family share a look, and are joined in the order they are given.
        low: lower end of the interval of y.
        high: upper end.
        open_end: y is a lower bound: drawn with an arrow upwards and a hollow mark.
        from_y: another figure of the same thing, joined to it by a thin line.
        tip: shown when somebody points at the mark; the name if empty.
        floor: what y cannot fall below, drawn as a short line across.
    """

    name: str
    y: float
    xs: dict[str, float | None]
    family: str
    low: float | None = None
    high: float | None = None
    open_end: bool = False
    from_y: float | None = None
    tip: str = ""
    floor: float | None = None


@dataclass(frozen=True)
class Plane:
    """What is drawn beside the points.

    Args:
        title: of the chart.
        up: the vertical axis, 0 to 1.
        levels: dotted lines across with their names, such as what guessing reaches.
        iso: faint lines across, at figures that are often asked for.
        front: join the points that no other beats on both axes.
        join: join the points of one family.
        says: what the chart shows, for all.
    """

    title: str
    up: Axis
    levels: Sequence[tuple[float, str]] = ()
    iso: Sequence[float] = ()
    front: bool = True
    join: bool = True
    says: str = ""


def scatter(plane: Plane, across: Sequence[Axis], points: Sequence[Point],
            looks: dict[str, Look]) -> Html:  # fmt: skip
    """Return a chart with one view for each horizontal axis, among which the reader switches.

    Args:
        plane: what is drawn beside the points.
        across: horizontal axes; the first is shown first.
        points: at least one.
        looks: of each family.
    """
    views = []
    for place, axis in enumerate(across):
        picture = _view(plane, axis, points, looks)
        views.append(tag("div", picture, class_="view", data_view=axis.title,
                         hidden=place > 0))  # fmt: skip
    families = dict.fromkeys(point.family for point in points)
    return chart(joined(views), plane.says, legend({name: looks[name] for name in families}),
                 label=plane.title)  # fmt: skip


def _view(plane: Plane, axis: Axis, points: Sequence[Point], looks: dict[str, Look]) -> Html:
    placed = [(p, float(v)) for p in points if (v := p.xs.get(axis.title)) is not None]
    low, high = around([v for _, v in placed], log=axis.log)
    if axis.low is not None:
        low = min([axis.low, *(v for _, v in placed)])
    if axis.high is not None:
        high = max([axis.high, *(v for _, v in placed)])
    x = Scale(low, high, LEFT, WIDTH - RIGHT, axis.log)
    y = Scale(-0.02, 1.03, HEIGHT - BOTTOM, TOP)
    drawn = [axes(x, y, axis, plane.up)]
    drawn += [
        tag("path", d=f"M{LEFT} {y(v):.1f}H{WIDTH - RIGHT}", class_="iso") for v in plane.iso
    ]
    drawn += [line_across(x, y(value), name, "level") for value, name in plane.levels]
    if plane.front and axis.better and plane.up.better:
        drawn.append(_front(placed, axis, plane.up, x, y))
    if plane.join:
        drawn.append(_families(placed, looks, x, y))
    drawn += [_point(point, looks[point.family], x(v), y) for point, v in placed]
    drawn.append(_corner(axis, plane.up))
    labels = [Label(p.name, x(v), y(p.y)) for p, v in placed if p.name]
    taken = [
        (x(v) - 3, y(1 if p.open_end else p.high or p.y), x(v) + 3, y(p.low or p.y))
        for p, v in placed
    ]
    taken += [(LEFT, y(value) - 16, LEFT + text_width(name) + 8, y(value) + 2)
              for value, name in plane.levels]  # fmt: skip
    drawn.append(place_labels(labels, (LEFT + 2, TOP - 8, WIDTH - 2, HEIGHT - BOTTOM - 2), taken))
    says = "; ".join(point.tip or point.name for point, _ in placed[:40])
    return svg(WIDTH, HEIGHT, f"{plane.up.title} over {axis.title}", says, *drawn)


def _point(point: Point, look: Look, x: float, y: Scale) -> Html:
    drawn = []
    if point.low is not None and point.high is not None:
        top = y(1.0) if point.open_end else y(point.high)
        caps = f"M{x - 4:.1f} {y(point.low):.1f}h8"
        caps += (
            f"M{x - 4:.1f} {top + 6:.1f}l4 -6l4 6"
            if point.open_end
            else f"M{x - 4:.1f} {top:.1f}h8"
        )
        drawn.append(tag("path", d=f"M{x:.1f} {y(point.low):.1f}V{top:.1f}{caps}",
                         class_=f"whisker {look.style}"))  # fmt: skip
    tip = point.tip or point.name
    if point.floor is not None:
        drawn.append(tag("path", d=f"M{x - 8:.1f} {y(point.floor):.1f}h16",
                         class_=f"floor {look.style}"))  # fmt: skip
    if point.from_y is not None:
        drawn.append(tag("path", d=f"M{x:.1f} {y(point.from_y):.1f}V{y(point.y):.1f}",
                         class_=f"joined {look.style}"))  # fmt: skip
        drawn.append(mark(look, x, y(point.from_y), size=4, hollow=True, tip=tip))
    drawn.append(mark(look, x, y(point.y), size=6, hollow=point.open_end, tip=tip))
    return tag("g", *drawn)


def _families(placed: Sequence[tuple[Point, float]], looks: dict[str, Look], x: Scale, y: Scale
              ) -> Html:  # fmt: skip
    members: dict[str, list[str]] = {}
    for point, value in placed:
        members.setdefault(point.family, []).append(f"{x(value):.1f} {y(point.y):.1f}")
    return joined(
        tag("path", d="M" + "L".join(ends), class_=f"family {looks[name].style}")
        for name, ends in members.items() if len(ends) > 1
    )  # fmt: skip


def _front(placed: Sequence[tuple[Point, float]], axis: Axis, up: Axis, x: Scale, y: Scale
           ) -> Html:  # fmt: skip
    """Join the points that none beats; a lower bound is never part of the front."""
    sign, rise = (1 if axis.better == "more" else -1), (1 if up.better == "more" else -1)
    known = sorted(((sign * v, rise * p.y) for p, v in placed if not p.open_end), reverse=True)
    front: list[tuple[float, float]] = []
    for value, height in known:
        if not front or height > front[-1][1]:
            front.append((value, height))
    if len(front) < 2:
        return Html()
    steps = [f"M{x(sign * front[0][0]):.1f} {y(rise * front[0][1]):.1f}"]
    steps += [f"H{x(sign * a):.1f}V{y(rise * b):.1f}" for a, b in front[1:]]
    return tag("path", d="".join(steps), class_="front")


def _corner(axis: Axis, up: Axis) -> Html:
    """Draw an arrow to the corner where both figures are at their best."""
    if not (axis.better and up.better):
        return Html()
    right = axis.better == "more"
    x, sign = (WIDTH - RIGHT - 6, 1) if right else (LEFT + 6, -1)
    down = up.better == "less"
    y, fall = (HEIGHT - BOTTOM - 6, 1) if down else (TOP + 6, -1)
    arrow = f"M{x - 26 * sign} {y - 26 * fall}L{x} {y}m{-9 * sign} {-2 * fall}l{9 * sign} "
    arrow += f"{2 * fall}l{-2 * sign} {-9 * fall}"
    text = tag("text", "better", x=x - 30 * sign, y=y - 28 * fall, class_="note",
               text_anchor="end" if right else "start")  # fmt: skip
    return tag("path", d=arrow, class_="arrow") + text
