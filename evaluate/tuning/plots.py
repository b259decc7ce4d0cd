"""The pictures of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import colormaps
from matplotlib.figure import Figure

from unmask.defenses.files.atomic import replacing

from ..statistics import Estimate
from .goal import Goal
from .points import Point
from .result import Tuned
from .words import picked, short

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
    for point in tuned.front:
        crossed(axes, point, metric, color="tab:blue", fmt="none", elinewidth=0.6, alpha=0.5)
    if tuned.chosen:
        crossed(
            axes,
            tuned.chosen,
            metric,
            color="tab:blue",
            fmt="*",
            label=f"{picked(tuned)} (search)",
        )
    others = [p for p in tuned.checked if not tuned.check or p.number != tuned.check.number]
    if others:
        axes.plot(*_pairs(others, metric), "s", mfc="none", color="tab:orange", ms=6,
                  label="other settings on test people")  # fmt: skip
    if tuned.check:
        crossed(axes, tuned.check, metric, color="tab:red", fmt="s",
                label=f"{picked(tuned)} (test people)")  # fmt: skip
    _limits(axes, tuned.goal)
    axes.axhline(1 / about.search, color="0.5", ls=":", lw=1, label="chance (search)")
    axes.set(ylim=(-0.03, 1.05), xlabel=f"{metric} to the clean photo (mean)",
             ylabel=f"{tuned.goal.leaks}: worst-case rank-1")  # fmt: skip
    axes.set_title(f"{about.defense}, {about.dataset}", loc="left")
    plain(axes)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, path)


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
             ylabel=f"{iso.goal.leaks} on test people: worst-case rank-1")  # fmt: skip
    axes.set_title("each defense tuned under one limit (open: does not hold)", loc="left")
    plain(axes)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    save(figure, path)


def plot_importance(path: Path, matter: Mapping[str, float]) -> None:
    """Draw how much each parameter matters for leakage."""
    figure = Figure(figsize=(6, 0.6 + 0.5 * len(matter)), layout="constrained")
    axes = figure.add_subplot()
    names = list(matter)[::-1]
    axes.barh(names, [matter[name] for name in names], color="tab:blue", height=0.6)
    axes.set(xlim=(0, 1), xlabel="share of the variation in leakage (fANOVA)")
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, path)


def crossed(axes: Any, point: Point, metric: str, **style: Any) -> None:
    """Draw a point with the intervals of both its figures."""
    leak, use = point.leakage, point.utilities.get(metric)
    if use is None:
        return  # not measured on these people
    axes.errorbar([use.value], [leak.value], xerr=arms([use]), yerr=arms([leak]),
                  **{"ms": 10, "capsize": 3, **style})  # fmt: skip


def _limits(axes: Any, goal: Goal) -> None:
    if goal.max_leakage is not None:
        axes.axhline(goal.max_leakage, color="black", ls="--", lw=1, label="cap")
    if goal.min_utility is not None:
        axes.axvline(goal.min_utility, color="black", ls="--", lw=1, label="floor")


def arms(found: Sequence[Estimate]) -> list[list[float]]:
    """Return how far the intervals reach down and up, as error bars want it."""
    return [[max(e.value - e.low, 0) for e in found], [max(e.high - e.value, 0) for e in found]]


def _pairs(points: Any, metric: str) -> tuple[list[float], list[float]]:
    known = [p for p in points if metric in p.utilities]
    return [p.utilities[metric].value for p in known], [p.leakage.value for p in known]


def plain(axes: Any) -> None:
    """Take away what carries no figure."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)


def save(figure: Figure, path: Path) -> None:
    """Write the picture as PNG, through a temporary name."""
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)
