"""The pictures of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import colormaps
from matplotlib.figure import Figure

from unmask.defenses import Range
from unmask.defenses.atomic import replacing

from ..statistics import Estimate
from .goal import Goal
from .points import Point
from .result import Tuned
from .words import short

if TYPE_CHECKING:
    from .iso import Iso

_MARKS = "os^Dv<>PX*"  # beside the colour, for who sees few of them


def plot_front(path: Path, tuned: Tuned) -> None:
    """Draw all trials, the front, the chosen setting and its check, with error bars."""
    metric, about = tuned.goal.utility, tuned.about
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(*_pairs(tuned.points, metric), "o", color="0.75", ms=4, label="trials")
    axes.plot(*_pairs(tuned.front, metric), "o-", color="tab:blue", ms=4, label="front (search)")
    picked = tuned.chosen
    if picked:
        crossed(axes, picked, metric, color="tab:blue", fmt="*", label=f"{_name(tuned)} (search)")
    others = [p for p in tuned.checked if not tuned.check or p.number != tuned.check.number]
    if others:
        axes.plot(*_pairs(others, metric), "s", mfc="none", color="tab:orange", ms=6,
                  label="other settings on test people")  # fmt: skip
    if tuned.check:
        crossed(axes, tuned.check, metric, color="tab:red", fmt="s",
                label=f"{_name(tuned)} (test people)")  # fmt: skip
    _limits(axes, tuned.goal)
    axes.axhline(1 / about.search, color="0.5", ls=":", lw=1, label="chance (search)")
    axes.set(ylim=(-0.03, 1.05), xlabel=f"{metric} to the clean photo (mean)",
             ylabel="leakage: worst-case rank-1")  # fmt: skip
    axes.set_title(f"{about.defense}, {about.dataset}", loc="left")
    _plain(axes)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    _save(figure, path)


def plot_curve(path: Path, tuned: Tuned) -> None:
    """Draw leakage, and below it utility, over the one parameter that was searched."""
    ((name, kind),) = tuned.about.space.items()
    metric = tuned.goal.utility
    figure = Figure(figsize=(8, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    if isinstance(kind, Range):
        points = sorted(tuned.points, key=lambda p: p.settings[name])
        place = {p.number: float(p.settings[name]) for p in points}
        if kind.log:
            below.set_xscale("log")
            below.xaxis.set_major_formatter("{x:g}")
    else:
        points = sorted(tuned.points, key=lambda p: kind.options.index(p.settings[name]))
        place = {p.number: float(kind.options.index(p.settings[name])) for p in points}
        below.set_xticks(range(len(kind.options)), kind.options)
    line = "o-" if isinstance(kind, Range) else "o"
    for axes, of in ((above, lambda p: p.leakage), (below, lambda p: p.utilities.get(metric))):
        _curve(axes, place, points, of, fmt=line, color="tab:blue", label="search people")
        _curve(axes, place, tuned.checked, of, fmt="s", color="tab:red", label="test people")
        if tuned.seen:
            axes.axvline(place[tuned.seen.number], color="0.6", lw=1, zorder=0,
                         label=f"{_name(tuned)}: {tuned.seen.settings[name]}")  # fmt: skip
        _plain(axes)
    if tuned.goal.max_leakage is not None:
        above.axhline(tuned.goal.max_leakage, color="black", ls="--", lw=1, label="cap")
    if tuned.goal.min_utility is not None:
        below.axhline(tuned.goal.min_utility, color="black", ls="--", lw=1, label="floor")
    above.axhline(1 / tuned.about.search, color="0.5", ls=":", lw=1, label="chance (search)")
    above.set(ylim=(-0.03, 1.05), ylabel="leakage: worst-case rank-1")
    above.set_title(f"{tuned.about.defense}, {tuned.about.dataset}", loc="left")
    weaker = " (weak to strong: right to left)" if isinstance(kind, Range) and _falls(kind) else ""
    below.set(ylabel=metric, xlabel=f"{name}{weaker}")
    above.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    _save(figure, path)


def plot_iso(path: Path, iso: Iso) -> None:
    """Draw leakage against utility of each tuned defense on the test people."""
    metric = iso.goal.utility
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.add_subplot()
    shown = [f for _, f in iso.ranked if f.check and metric in f.check.utilities]
    for number, found in enumerate(shown):
        point = found.check
        assert point is not None
        colour = colormaps["tab10"](number % 10)
        label = f"{short(point.defense)}{'' if found.holds else ', does not hold'}"
        crossed(axes, point, metric, color=colour, fmt=_MARKS[number % len(_MARKS)], ms=7,
                mfc=colour if found.holds else "none", elinewidth=1, label=label)  # fmt: skip
    _limits(axes, iso.goal)
    axes.set(ylim=(-0.03, 1.05), xlabel=f"{metric} to the clean photo (mean)",
             ylabel="leakage on test people: worst-case rank-1")  # fmt: skip
    axes.set_title("each defense tuned under one limit (open: does not hold)", loc="left")
    _plain(axes)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    _save(figure, path)


def plot_importance(path: Path, matter: Mapping[str, float]) -> None:
    """Draw how much each parameter matters for leakage."""
    figure = Figure(figsize=(6, 0.6 + 0.5 * max(len(matter), 1)), layout="constrained")
    axes = figure.add_subplot()
    names = list(matter)[::-1]
    axes.barh(names, [matter[name] for name in names], color="tab:blue", height=0.6)
    axes.set(xlim=(0, 1), xlabel="share of the variation in leakage (fANOVA)")
    if not names:
        axes.text(0.5, 0.5, "too few different trials", ha="center", transform=axes.transAxes)
        axes.set_yticks([])
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def crossed(axes: Any, point: Point, metric: str, **style: Any) -> None:
    """Draw a point with the intervals of both its figures."""
    leak, use = point.leakage, point.utilities[metric]
    axes.errorbar([use.value], [leak.value], xerr=_arms([use]), yerr=_arms([leak]),
                  **{"ms": 10, "capsize": 3, **style})  # fmt: skip


def _curve(
    axes: Any, place: Mapping[int, float], points: Sequence[Point], of: Any, **style: Any
) -> None:
    known = [(place[p.number], of(p)) for p in points if of(p) is not None]
    if known:
        where, found = zip(*known, strict=True)
        axes.errorbar(where, [e.value for e in found], yerr=_arms(found), ms=4, capsize=2,
                      elinewidth=0.8, **style)  # fmt: skip


def _limits(axes: Any, goal: Goal) -> None:
    if goal.max_leakage is not None:
        axes.axhline(goal.max_leakage, color="black", ls="--", lw=1, label="cap")
    if goal.min_utility is not None:
        axes.axvline(goal.min_utility, color="black", ls="--", lw=1, label="floor")


def _arms(found: Sequence[Estimate]) -> list[list[float]]:
    return [[max(e.value - e.low, 0) for e in found], [max(e.high - e.value, 0) for e in found]]


def _name(tuned: Tuned) -> str:
    if tuned.chosen:
        return "chosen" if tuned.goal.limited else "nearest to the corner"
    return "nearest"


def _falls(kind: Range) -> bool:
    return kind.weak > kind.strong


def _pairs(points: Any, metric: str) -> tuple[list[float], list[float]]:
    known = [p for p in points if metric in p.utilities]
    return [p.utilities[metric].value for p in known], [p.leakage.value for p in known]


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)
