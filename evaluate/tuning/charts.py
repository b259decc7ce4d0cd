"""The charts of a search as they stand in its page: leakage over each parameter, and the front."""

from __future__ import annotations

from collections.abc import Sequence

from unmask.defenses import Choice, Range

from ..comparison.plan import METRICS
from ..pages.curve import Series, Step, curve
from ..pages.frame import Axis
from ..pages.looks import Look, looks
from ..pages.scatter import Plane, scatter
from ..pages.scatter import Point as Mark
from ..pages.table import MISSING, Cell, Heading, number, sortable_table
from ..pages.tags import Html, tag
from ..results.rounding import ends_of, rounded_down, rounded_up
from ..statistics import Estimate
from .goal import Goal
from .points import Point, leaks, told
from .result import Tuned
from .words import picked, short

SEARCH, TEST = "search people", "test people"
BANDS = "95 % intervals, resampled by person"
_MARKS = 600  # in all views of a chart: a page stays small enough to be mailed
LOWER = " A hollow mark is a lower bound: more may leak."


def over_parameters(tuned: Tuned) -> list[Html]:
    """Return leakage over what was searched: the curve of one parameter, or a cloud of several."""
    space = tuned.about.space
    ranges = {name: kind for name, kind in space.items() if isinstance(kind, Range)}
    if len(space) == 1 and ranges:
        return _curves(tuned, *next(iter(ranges.items())))
    if len(space) == 1:
        return [_options(tuned, next(iter(space)))]
    return [_cloud(tuned, ranges)] if ranges else []


def _curves(tuned: Tuned, name: str, kind: Range) -> list[Html]:
    """Draw leakage, and below it utility, over the one parameter."""
    goal, about = tuned.goal, tuned.about
    metric = METRICS.load(goal.utility)
    across = _axis(name, kind)
    shown = {SEARCH: tuned.points, TEST: tuned.checked}
    leak = [
        Series(who, [_step(p, name, p.leakage, leaks(p), open_end=p.open_end) for p in points])
        for who, points in shown.items() if points
    ]  # fmt: skip
    use = [
        Series(who, [_step(p, name, found, told(found)) for p in points
                     if (found := p.utilities.get(goal.utility))])
        for who, points in shown.items() if points
    ]  # fmt: skip
    use = [series for series in use if series.steps]
    low, high = metric.bounds
    values = [step.y for series in use for step in series.steps]
    ends = (max(low, min([0.0, *values])), min(high, max([1.0, *values])))
    drawn = [
        curve(
            f"{goal.leaks.capitalize()} over {name}", across,
            leak_axis(goal), leak,
            levels=[(1 / about.search, "guessing")],
            limit=goal.max_leakage,
            says=f"Shaded: {BANDS}.{LOWER * _open(tuned)}",
        )
    ]  # fmt: skip
    if use:
        better = "more" if goal.sign > 0 else "less"
        title = f"{goal.utility}{f' in {metric.unit}' if metric.unit else ''}"
        drawn.append(
            curve(f"{goal.utility} over {name}", across,
                  Axis(title, better, low=ends[0], high=ends[1]), use, limit=goal.min_utility,
                  says="What use is left at the same settings.")
        )  # fmt: skip
    return [tag("div", *drawn, class_="pair")]


def _step(point: Point, name: str, found: Estimate, says: str, *, open_end: bool = False) -> Step:
    setting = said(point.settings[name])
    return Step(float(point.settings[name]), found.value, found.low, found.high, open_end,
                f"{name} {setting}: {says}\n{point.attacker}")  # fmt: skip


def _cloud(tuned: Tuned, ranges: dict[str, Range]) -> Html:
    """Draw the leakage of all trials over each number, a family for each option of a choice."""
    choice = next((n for n, k in tuned.about.space.items() if isinstance(k, Choice)), "")

    def family(point: Point) -> str:
        return f"{choice} {point.settings.get(choice, 'unset')}" if choice else "trials"

    axes = {name: _axis(name, kind) for name, kind in ranges.items()}
    marks = [
        Mark("", p.leakage.value,
             {axis.title: p.settings.get(name) for name, axis in axes.items()},
             family(p), p.leakage.low, p.leakage.high, p.open_end,
             tip=f"{short(p.defense)}\n{leaks(p)} by {p.attacker}")
        for p in sorted(tuned.points, key=family)
    ]  # fmt: skip
    plane = leak_plane(
        tuned.goal, "over the parameters", _levels(tuned),
        f"Each mark is a trial on the search people; bars are {BANDS}. What else is tuned "
        f"differs from mark to mark.{LOWER * _open(tuned)}",
    )  # fmt: skip
    return scatter(plane, _few(axes, marks), marks, looks([mark.family for mark in marks]))


def _options(tuned: Tuned, name: str) -> Html:
    body: list[list[Cell | str]] = [
        [said(p.settings[name]), leak_cell(p), number(_value(p.utilities.get(tuned.goal.utility)))]
        for p in tuned.points
    ]
    head: list[Heading | str] = [name, Heading(tuned.goal.leaks, "less"), tuned.goal.utility]
    return sortable_table(f"Search people, at each option of {name}", head, body)


def front_chart(tuned: Tuned) -> Html:
    """Draw all trials over what use they leave; the axis can be any metric that was measured."""
    goal = tuned.goal
    metrics = dict.fromkeys((goal.utility, *(n for p in tuned.points for n in p.utilities)))
    axes = {name: metric_axis(name) for name in metrics}
    best = picked(tuned)
    families = {
        "trials, search people": Look(6, "circle"), "front, search people": Look(1, "circle"),
        "others, test people": Look(2, "square"), f"{best}, search people": Look(1, "star"),
        f"{best}, test people": Look(2, "star"),
    }  # fmt: skip
    trials, front, others, search, test = families
    mine = {p.number for p in (tuned.seen, tuned.check) if p}
    better = {p.number for p in tuned.front}
    marks = [
        _mark(p, axes, search if p.number in mine else front if p.number in better else trials,
              bars=p.number in mine | better)
        for p in tuned.points
    ]  # fmt: skip
    for p in tuned.checked:
        one = tuned.check is not None and p.number == tuned.check.number
        marks.append(_mark(p, axes, test if one else others, name=short(p.defense) if one else ""))
    order = [*families]
    marks.sort(key=lambda mark: order.index(mark.family))
    plane = leak_plane(
        goal, "and use", _levels(tuned),
        f"The front: settings that no other beats in both {goal.leaks} and {goal.utility}, "
        f"on the search people. Bars are {BANDS}.{LOWER * _open(tuned)}",
    )  # fmt: skip
    return scatter(plane, _few(axes, marks), marks, families)


def _mark(
    point: Point, axes: dict[str, Axis], family: str, *, bars: bool = True, name: str = ""
) -> Mark:  # fmt: skip
    found = {axis.title: _value(point.utilities.get(key)) for key, axis in axes.items()}
    leak = point.leakage
    low, high = (leak.low, leak.high) if bars else (None, None)
    return Mark(name, leak.value, found, family, low, high, point.open_end,
                tip=f"{short(point.defense)}, {family}\n{leaks(point)} by "
                f"{point.attacker or 'nobody'}")  # fmt: skip


def leak_cell(point: Point | None) -> Cell:
    """Return the leakage of a setting for a table; a lower bound says so."""
    if point is None:
        return Cell("not asked")
    found = point.leakage
    ends = (
        f"{rounded_down(found.low, 3)} to {'?' if point.open_end else rounded_up(found.high, 3)}"
    )
    sign = "at least " if point.open_end else ""
    return Cell(f"{sign}{found.value:.3f}", found.value, bad=point.open_end, more=ends)


def use_cell(point: Point | None, metric: str) -> Cell:
    """Return what use a setting leaves, for a table."""
    if point is None:
        return Cell("not asked")
    found = point.utilities.get(metric)
    if found is None:
        return Cell(MISSING)
    return Cell(f"{found.value:.3f}", found.value, more=ends_of(found.low, found.high))


def leak_plane(goal: Goal, title: str, levels: Sequence[tuple[float, str]], says: str) -> Plane:
    """Return what is drawn beside marks whose height is a leakage; none of them are joined.

    Args:
        goal: of the search.
        title: what follows the name of the leakage.
        levels: lines across.
        says: what the chart shows.
    """
    return Plane(f"{goal.leaks.capitalize()} {title}", leak_axis(goal), levels=levels,
                 front=False, join=False, says=says)  # fmt: skip


def leak_axis(goal: Goal) -> Axis:
    """Return the axis of the leakage that a search is about."""
    return Axis(f"{goal.leaks}, share of photos named", "less")


def metric_axis(name: str) -> Axis:
    """Return the axis of a metric."""
    metric = METRICS.load(name)
    low, high = metric.bounds
    bounded = high - low <= 1
    title = f"{name}{f' in {metric.unit}' if metric.unit else ''}"
    return Axis(title, "more" if metric.higher_is == "better" else "less",
                low=low if bounded else None, high=high if bounded else None)  # fmt: skip


def _axis(name: str, kind: Range) -> Axis:
    low, high = sorted((kind.weak, kind.strong))
    side = "right" if kind.strong > kind.weak else "left"
    return Axis(f"{name}, stronger to the {side}", log=kind.log, low=low, high=high)


def _few(axes: dict[str, Axis], marks: Sequence[Mark]) -> list[Axis]:
    """Return the first of the axes, so many that the marks of all views are not too many."""
    return list(axes.values())[: max(1, _MARKS // max(len(marks), 1))]


def _levels(tuned: Tuned) -> list[tuple[float, str]]:
    limit = tuned.goal.max_leakage
    return [(1 / tuned.about.search, "guessing")] + (
        [] if limit is None else [(limit, f"limit {limit:g}")]
    )


def _open(tuned: Tuned) -> bool:
    return any(point.open_end for point in (*tuned.points, *tuned.checked))


def _value(found: Estimate | None) -> float | None:
    return found.value if found else None


def said(value: object) -> str:
    """Return a setting with three digits."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
