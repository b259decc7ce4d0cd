"""The pictures of a search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from unmask.defenses.atomic import replacing

from ..scene import Scene
from .points import Point

if TYPE_CHECKING:
    from .run import Tuned


def plot_front(path: Path, tuned: Tuned, title: str, scene: Scene) -> None:
    """Draw all trials, the front, the chosen setting and its check, with error bars."""
    metric = tuned.goal.utility
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(*_pairs(tuned.points, metric), "o", color="0.75", ms=4, label="trials")
    axes.plot(*_pairs(tuned.front, metric), "o-", color="tab:blue", ms=4, label="front (search)")
    picked = tuned.chosen
    if picked:
        _bars(axes, picked, metric, "tab:blue", "*", "chosen (search)")
    others = [p for p in tuned.checked if not tuned.check or p.number != tuned.check.number]
    if others:
        axes.plot(*_pairs(others, metric), "s", mfc="none", color="tab:orange", ms=6,
                  label="other settings on test people")  # fmt: skip
    if tuned.check:
        name = "chosen (test people)" if picked else "nearest (test people)"
        _bars(axes, tuned.check, metric, "tab:red", "s", name)
    if tuned.goal.max_leakage is not None:
        axes.axhline(tuned.goal.max_leakage, color="black", ls="--", lw=1, label="cap")
    if tuned.goal.min_utility is not None:
        axes.axvline(tuned.goal.min_utility, color="black", ls="--", lw=1, label="floor")
    axes.axhline(1 / scene.people, color="0.5", ls=":", lw=1, label="chance (search)")
    axes.set(ylim=(-0.03, 1.05), xlabel=f"{metric} to the clean photo (mean)",
             ylabel="leakage: worst-case rank-1")  # fmt: skip
    axes.set_title(f"{title}, {scene.dataset}", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)


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
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)


def _pairs(points: Any, metric: str) -> tuple[list[float], list[float]]:
    known = [p for p in points if metric in p.utilities]
    return [p.utilities[metric].value for p in known], [p.leakage.value for p in known]


def _bars(axes: Any, point: Point, metric: str, colour: str, marker: str, name: str) -> None:
    leak, use = point.leakage, point.utilities[metric]
    axes.errorbar(
        [use.value], [leak.value],
        xerr=[[max(use.value - use.low, 0)], [max(use.high - use.value, 0)]],
        yerr=[[leak.value - leak.low], [leak.high - leak.value]],
        fmt=marker, color=colour, ms=10, capsize=3, label=name,
    )  # fmt: skip
