"""A heat map, as a table: it is read out, copied and printed as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .tags import Html, breakable, tag


@dataclass(frozen=True)
class Spot:
    """One field.

    Args:
        text: what is printed in it.
        heat: how dark it is, 0 to 1; None is hatched: there is no figure.
        tip: shown when somebody points at it.
        marked: with a frame, such as the highest of its column.
    """

    text: str
    heat: float | None = None
    tip: str = ""
    marked: bool = False


def heat_map(caption: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Spot]]],
             *, corner: str = "") -> Html:  # fmt: skip
    """Return a table whose fields are the darker the higher their figure.

    Args:
        caption: says what it shows.
        columns: names, written upwards.
        rows: name and fields of each.
        corner: what the rows are, `attacker`.
    """
    top = [tag("th", corner, scope="col")]
    top += [tag("th", tag("span", breakable(name)), scope="col", class_="up") for name in columns]
    lines = [
        tag("tr", tag("th", breakable(name), scope="row"), *(_spot(spot) for spot in spots))
        for name, spots in rows
    ]
    table = tag("table", tag("caption", caption), tag("thead", tag("tr", *top)),
                tag("tbody", *lines), class_="heat")  # fmt: skip
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=caption)


def _spot(spot: Spot) -> Html:
    style = " ".join(filter(None, ["none" * (spot.heat is None), "marked" * spot.marked]))
    heat = None if spot.heat is None else f"--v:{spot.heat:.2f}"
    return tag("td", spot.text, class_=style or None, style=heat, data_tip=spot.tip or None)
