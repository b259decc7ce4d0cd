"""What tells series apart: a colour that the colour-blind can tell, and a shape beside it.

Colours are those of Okabe and Ito, "Color Universal Design" (2008), without the yellow, which
cannot be seen on white.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .tags import Html, tag

COLOURS = ("#333333", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SHAPES = ("circle", "square", "diamond", "up", "down", "star", "cross", "hexagon")
_CORNERS = {  # of a mark of radius 1
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "up": ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "down": ((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    "star": ((0, -1.3), (0.35, -0.4), (1.25, -0.4), (0.55, 0.2), (0.8, 1.1), (0, 0.55),
             (-0.8, 1.1), (-0.55, 0.2), (-1.25, -0.4), (-0.35, -0.4)),
    "cross": ((-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4),
              (0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)),
    "hexagon": ((-0.55, -0.95), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0)),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """A colour by its number in `COLOURS` (`c0` in the style), and the name of a shape."""

    colour: int = 0
    shape: str = "circle"

    @property
    def style(self) -> str:
        """The class that colours a mark or line."""
        return f"c{self.colour}"


def looks(names: Sequence[str]) -> dict[str, Look]:
    """Return a look for each name, in their order; no two alike among the first 56."""
    return {
        name: Look(place % len(COLOURS), SHAPES[place % len(SHAPES)])
        for place, name in enumerate(dict.fromkeys(names))
    }


def mark(look: Look, x: float, y: float, *, size: float = 5.0, hollow: bool = False,
         tip: str = "") -> Html:  # fmt: skip
    """Return the SVG of one mark; `tip` is shown when somebody points at it."""
    style = f"{look.style} {'open' if hollow else 'full'}"
    told = {"class_": style, "data_tip": tip or None}
    if look.shape == "circle":
        return tag("circle", cx=float(x), cy=float(y), r=size, **told)
    corners = " ".join(f"{x + a * size:.1f},{y + b * size:.1f}" for a, b in _CORNERS[look.shape])
    return tag("polygon", points=corners, **told)


def legend(shown: dict[str, Look]) -> Html:
    """Return a line that says which name has which look."""
    entries = [
        tag("span", tag("svg", mark(look, 7, 7), width=14, height=14, aria_hidden="true"), name)
        for name, look in shown.items()
    ]
    return tag("p", *entries, class_="legend")
