"""Leakage and utility over the one parameter that was searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from unmask.defenses import Choice, Range

from ..statistics import Estimate
from .plots import arms, plain, save
from .points import Point
from .result import Tuned
from .words import picked


def plot_curve(path: Path, tuned: Tuned) -> None:
    """Draw leakage, and below it utility, with intervals.

    Raises:
        ValueError: not exactly one parameter was searched.
    """
    ((name, kind),) = tuned.about.space.items()
    metric, goal = tuned.goal.utility, tuned.goal
    place = _places(tuned.points, name, kind)
    points = sorted((p for p in tuned.points if p.number in place), key=lambda p: place[p.number])
    checked = [p for p in tuned.checked if p.number in place]
    figure = Figure(figsize=(8, 6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for axes, of in ((above, lambda p: p.leakage), (below, lambda p: p.utilities.get(metric))):
        line = "o-" if isinstance(kind, Range) else "o"
        _curve(axes, place, points, of, fmt=line, color="tab:blue", label="search people")
        _curve(axes, place, checked, of, fmt="s", color="tab:red", label="test people")
        if tuned.seen and tuned.seen.number in place:
            label = f"{picked(tuned)}:\n{name} = {_told(tuned.seen.settings[name])}"
            axes.axvline(place[tuned.seen.number], color="0.6", lw=1, zorder=0, label=label)
        plain(axes)
    if goal.max_leakage is not None:
        above.axhline(goal.max_leakage, color="black", ls="--", lw=1, label="cap")
    if goal.min_utility is not None:
        below.axhline(goal.min_utility, color="black", ls="--", lw=1, label="floor")
    above.axhline(1 / tuned.about.search, color="0.5", ls=":", lw=1, label="chance (search)")
    above.set(ylim=(-0.03, 1.05), ylabel=f"{goal.leaks}: worst-case rank-1")
    above.set_title(f"{tuned.about.defense}, {tuned.about.dataset}", loc="left")
    above.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    below.set_ylabel(metric)
    _ticks(below, name, kind)
    save(figure, path)


def _places(points: Sequence[Point], name: str, kind: Range | Choice) -> dict[int, float]:
    """Return where each trial stands on the axis."""
    known = {p.number: p.settings[name] for p in points if name in p.settings}
    if isinstance(kind, Choice):
        return {number: float(kind.options.index(value)) for number, value in known.items()}
    return {number: float(value) for number, value in known.items()}


def _ticks(axes: Any, name: str, kind: Range | Choice) -> None:
    if isinstance(kind, Choice):
        axes.set_xticks(range(len(kind.options)), kind.options)
        axes.set_xlabel(name)
        return
    if kind.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    if kind.weak > kind.strong:
        axes.invert_xaxis()
    axes.set_xlabel(f"{name}, weak to strong")


def _curve(
    axes: Any, place: Mapping[int, float], points: Sequence[Point],
    of: Callable[[Point], Estimate | None], **style: Any,
) -> None:  # fmt: skip
    known = [(place[p.number], found) for p in points if (found := of(p)) is not None]
    if known:
        estimates = [estimate for _, estimate in known]
        axes.errorbar([where for where, _ in known], [e.value for e in estimates],
                      yerr=arms(estimates), ms=4, capsize=2, elinewidth=0.8,
                      **style)  # fmt: skip


def _told(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
