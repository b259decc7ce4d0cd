"""Names, and the use that is left, over strength, as it stands in the page: a chart a ladder."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.curve import Series, Step, curve
from ...pages.frame import Axis
from ...pages.tags import Html, tag
from ...results.records import Record, find
from ...results.rounding import ends_of
from ..curve import SHOWN, USEFUL, Line, label_of, lines
from ..knowledge import CONTROLS, known
from ..strengths import Ladder, ladders
from .useful_sections import FLOORS


def curves(records: Sequence[Record]) -> list[Html]:
    """Return a chart of each ladder: every measure, and the controls of the first of them."""
    drawn = [_chart(records, ladder) for ladder in ladders(records)]
    shown = [chart for chart in drawn if chart]
    return [tag("div", *shown, class_="pair")] if shown else []


def _chart(records: Sequence[Record], ladder: Ladder) -> Html:
    found = lines(records, ladder)
    if not found:
        return Html()
    measures = known(records)
    first = next((name for name in SHOWN if name in measures), "")
    one = measures.get(first)
    levels = []
    if one is not None and one.control is not None:
        levels = [(one.control.value or 0.0, f"{label_of(first)}, {CONTROLS[one.highest]}")]
    useful = any(line.useful for line in found)
    levels += _floor(records) if useful else []
    says = "Shaded: 95 % intervals, resampled by person."
    says += " Dotted: the highest of the controls." * bool(levels)
    says += " Dashed: what the model is still good for, where more is better." * useful
    return curve(
        f"{'Names' if any(not line.useful for line in found) else 'Use'} under {ladder.name}",
        Axis(ladder.axis),
        Axis("share" if useful else "share of photos named rightly", "" if useful else "less"),
        [_series(line, ladder) for line in found], levels=levels,
        ticks=[(float(n), text) for n, text in enumerate(["clean", *ladder.ticks])], says=says,
    )  # fmt: skip


def _floor(records: Sequence[Record]) -> list[tuple[float, str]]:
    """Return what is kept of answers without looking at the photo: no use lies below that."""
    kept = {control: r.value for control in FLOORS
            for r in find(records, kind="utility", name=USEFUL, status="ok",
                          group=f"control={control}") if r.value is not None}  # fmt: skip
    highest = max(kept, key=lambda control: kept[control], default="")
    return [(kept[highest], f"use: {label_of(USEFUL)}, {CONTROLS[highest]}")] if highest else []


def _series(line: Line, ladder: Ladder) -> Series:
    name = f"use: {line.label}" if line.useful else line.label
    steps = []
    for place, r in line.points:
        where = ladder.labels[place - 1] or ladder.name if place else "clean"
        open_end = r.status == "at least"
        ends = "or more" if open_end else ends_of(r.low or 0.0, 1.0 if r.high is None else r.high)
        tip = f"{name}, {where}: {r.value:.3f} ({ends})"
        steps.append(Step(float(place), r.value or 0.0, r.low, r.high, open_end, tip))
    return Series(name, steps, dashed=line.useful)
