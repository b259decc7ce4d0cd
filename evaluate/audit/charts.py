"""Names over strength, as it stands in the page: a chart a defense."""

from __future__ import annotations

from collections.abc import Sequence

from ..pages.curve import Series, Step, curve
from ..pages.frame import Axis
from ..pages.tags import Html, tag
from ..results.records import Record, find
from ..results.rounding import ends_of
from .curve import SHOWN, ladders, told
from .verdict import CONTROLS, known
from .views import CLEAN


def curves(records: Sequence[Record]) -> list[Html]:
    """Return a chart of each defense: every measure, and the controls of the first of them."""
    drawn = [_chart(records, family, specs) for family, specs in ladders(records).items()]
    shown = [chart for chart in drawn if chart]
    return [tag("div", *shown, class_="pair")] if shown else []


def _chart(records: Sequence[Record], family: str, specs: Sequence[str]) -> Html:
    settings = [CLEAN, *specs]
    series, first = [], ""
    for name in SHOWN:
        statistic = "right" if name == "named/open" else "rank1"
        steps = [
            Step(float(place), r.value, r.low, r.high,
                 tip=f"{_label(name)}, {told(spec) if spec != CLEAN else 'clean'}: {r.value:.3f} "
                 f"({ends_of(r.low or 0.0, 1.0 if r.high is None else r.high)})")
            for place, spec in enumerate(settings)
            for r in find(records, kind="leakage", defense=spec, name=name, group="",
                          statistic=statistic, status="ok")
            if r.value is not None
        ]  # fmt: skip
        if steps:
            series.append(Series(_label(name), steps))
            first = first or name
    if not series:
        return Html()
    one = known(records)[first]
    levels = []
    if one.control is not None:
        levels = [(one.control.value or 0.0, f"{_label(first)} {CONTROLS[one.name]}")]
    ticks = [(0.0, "clean"), *((float(n), told(spec)) for n, spec in enumerate(specs, 1))]
    return curve(
        f"Names under {family}", Axis(f"{family}, weak to strong"),
        Axis("share of photos named rightly", "less"), series, levels=levels, ticks=ticks,
        says="Shaded: 95 % intervals, resampled by person."
        + f" Dotted: the highest of the controls of {_label(first)}." * bool(levels),
    )  # fmt: skip


def _label(name: str) -> str:
    return name.removeprefix("named/").replace("_", " ")
