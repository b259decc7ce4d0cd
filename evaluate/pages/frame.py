"""The frame of a chart: an SVG that a screen reader can read out, its axes and grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .scales import Scale, short
from .tags import Html, joined, tag

FONT = 12  # pixels; must be what the style says of `svg text`


@dataclass(frozen=True)
class Axis:
    """What one axis measures.

    Args:
        title: with its unit.
        better: `more`, `less` or empty, said beside the title.
        log: equal factors are equally wide.
        low: end of the axis; None is found from the figures.
        high: likewise.
    """

    title: str
    better: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def said(self) -> str:
        """The title, with the direction that is better."""
        return f"{self.title} ({self.better} is better)" if self.better else self.title


def svg(width: int, height: int, title: str, says: str, *inside: str) -> Html:
    """Return a picture that shrinks with the page, with a title and what it says."""
    return tag(
        "svg", tag("title", title), tag("desc", says), *inside,
        viewBox=f"0 0 {width} {height}", width=width, height=height, role="img",
        aria_label=f"{title}. {says}", xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip


def chart(picture: str, says: str, *below: str, label: str = "") -> Html:
    """Return a figure: the picture (scrolls on a phone), what it says, and what else belongs.

    With the keyboard its marks are gone through by the arrow keys, tip by tip.
    """
    box = tag("div", picture, class_="chart", tabindex=0, role="group",
              aria_label=label or f"Chart: {says}")  # fmt: skip
    return tag("figure", box, tag("figcaption", says), *below)


def axes(x: Scale, y: Scale, across: Axis, up: Axis, names: Sequence[tuple[float, str]] = ()
         ) -> Html:  # fmt: skip
    """Return grid, ticks and titles.

    Args:
        x: horizontal scale.
        y: vertical one.
        across: what x measures.
        up: what y measures.
        names: ticks of x with texts of their own, in place of round figures.
    """
    drawn = []
    for value in y.ticks():
        place = y(value)
        drawn.append(tag("path", d=f"M{x.start:.0f} {place:.1f}H{x.end:.0f}", class_="grid"))
        drawn.append(_text(x.start - 7, place + 4, short(value), "end"))
    for value, name in names or [(value, short(value)) for value in x.ticks(6)]:
        place = x(value)
        drawn.append(tag("path", d=f"M{place:.1f} {y.start:.0f}v5", class_="axis"))
        drawn.append(_text(place, y.start + 19, name, "middle"))
    drawn.append(tag("path", d=f"M{x.start:.0f} {y.start:.0f}H{x.end:.0f}", class_="axis"))
    drawn.append(_text((x.start + x.end) / 2, y.start + 40, across.said, "middle", "title"))
    drawn.append(_text(x.start - 44, y.end - 12, up.said, "start", "title"))
    return joined(drawn)


def line_across(x: Scale, y: float, name: str, style: str) -> Html:
    """Return a level line with its name at the left end, above it."""
    return joined((
        tag("path", d=f"M{x.start:.0f} {y:.1f}H{x.end:.0f}", class_=style),
        _text(x.start + 6, y - 4, name, "start", f"note {style}"),
    ))  # fmt: skip


def text_width(text: str, size: float = FONT) -> float:
    """Return about how many pixels wide a text is, rather too many than too few."""
    return sum(0.34 if c in "ijlt.,:;|'()[] " else 0.86 if c in "mwMW%@" else 0.6 for c in text
               ) * size  # fmt: skip


def _text(x: float, y: float, text: str, anchor: str, style: str | None = None) -> Html:
    return tag("text", text, x=float(x), y=float(y), text_anchor=anchor, class_=style)
