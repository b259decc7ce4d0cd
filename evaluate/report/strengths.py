"""Leakage against the parameter, for each defense that stands at several settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..pages.curve import Series, Step, curve
from ..pages.frame import Axis
from ..pages.tags import Html
from ..results.summary import Row, value_of
from ..results.table import interval, printed
from .plane import LEAKAGE
from .reading import Run, heading

_WIDE = 10.0  # a range that spans this factor is drawn so that equal factors are equally wide
LEAST = 3  # settings that make a curve


def strengths(run: Run) -> list[str]:
    """Return a curve for each defense and each number that varies while all else is equal."""
    families: dict[str, list[Row]] = {}
    for row in run.rows:
        families.setdefault(row.family, []).append(row)
    return [
        picture for name, rows in families.items() for picture in _curves(run, name, rows)
    ]  # fmt: skip


def _curves(run: Run, name: str, rows: Sequence[Row]) -> Iterator[Html]:
    for parameter in sorted({key for row in rows for key in row.params}):
        lines: dict[str, list[Row]] = {}
        for row in rows:
            if _is_number(row.params.get(parameter)):
                others = {k: v for k, v in row.params.items() if k != parameter}
                lines.setdefault(repr(sorted(others.items(), key=str)), []).append(row)
        for some in lines.values():
            if len({row.params[parameter] for row in some}) >= LEAST:
                yield _curve(run, name, parameter, some)


def _curve(run: Run, name: str, parameter: str, rows: Sequence[Row]) -> Html:
    found = sorted(rows, key=lambda row: _number(row, parameter))
    xs = [_number(row, parameter) for row in found]
    log = xs[0] > 0 and xs[-1] / xs[0] >= _WIDE
    known = [row for row in found if row.measured]
    series = [Series("strongest attacker", [_step(row, parameter) for row in known])]
    naive = [(row, row.naive.value) for row in known if row.naive and row.naive.value is not None]
    if naive:
        steps = [Step(_number(row, parameter), value) for row, value in naive]
        series.append(Series("does not know it", steps, dashed=True))
    for metric in run.metrics[:1]:
        kept = [(row, value_of(row.utilities.get(metric))) for row in known]
        steps = [Step(_number(row, parameter), v) for row, v in kept if v is not None]
        if steps and all(0 <= step.y <= 1 for step in steps):
            series.append(Series(heading(metric), steps, dashed=True))
    levels = [] if run.chance is None else [(run.chance, "guessing")]
    lost = [row.shown for row in found if not row.measured]
    says = f"{name}: how much leaks at each {parameter}, with 95 % intervals."
    if lost:
        says += f" Without a figure, and not drawn: {', '.join(lost)}."
    title, up = f"{name}: leakage over {parameter}", Axis(LEAKAGE.title)
    return curve(title, Axis(parameter, log=log), up, series, levels=levels, limit=run.limit,
                 says=says)  # fmt: skip


def _step(row: Row, parameter: str) -> Step:
    worst = row.worst
    tip = f"{row.shown}\nleakage {printed(worst, 3)} ({interval(worst, 3, ' to ')})"
    return Step(_number(row, parameter), worst.value or 0.0, worst.low, worst.high,
                row.state == "at least", f"{tip}\nby {row.attacker}")  # fmt: skip


def _number(row: Row, parameter: str) -> float:
    return float(str(row.params[parameter]))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
