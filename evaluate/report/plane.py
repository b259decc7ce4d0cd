"""Privacy against use: leakage over each metric, among which the reader switches."""

from __future__ import annotations

from collections.abc import Mapping

from ..pages.frame import Axis
from ..pages.looks import looks
from ..pages.scatter import Plane, Point, scatter
from ..results.summary import Row, value_of
from ..results.table import interval, printed
from .reading import Run, heading

LEAKAGE = Axis("leakage", "less")
ISO = (0.1, 0.25, 0.5)  # leakages that are often asked for
_MOST = 6  # views: each draws all points again

_SAID = (
    "Filled: the strongest attacker, with its 95 % interval; hollow and joined to it: a "
    "recognizer that does not know the defense. A hollow mark with an arrow upwards is a lower "
    "bound. Settings of one defense are joined. Dashed: the front, the defenses that no other "
    "one beats on both axes by these figures alone. Dotted: what guessing names. A short thick "
    "line: what the photo names without the face (context), which no defense of it can prevent."
)


def plane(run: Run) -> list[str]:
    """Return leakage over each metric that gave figures; nothing without one."""
    points = points_of(run)
    axes = [axis_of(run, metric) for metric in run.metrics]
    drawn = [axis for axis in axes if any(p.xs.get(axis.title) is not None for p in points)]
    if not drawn:
        return []
    told = Plane("Leakage against use", LEAKAGE, levels_of(run), ISO, says=_SAID)
    return [scatter(told, drawn[:_MOST], points, looks([p.family for p in points]))]


def axis_of(run: Run, metric: str) -> Axis:
    """Return the horizontal axis of a metric."""
    unit = run.unit(metric)
    title = f"{heading(metric)} [{unit}]" if unit else heading(metric)
    return Axis(title, run.better(metric))


def points_of(run: Run, *, suffix: str = "") -> list[Point]:
    """Return the measured rows of a run as points; those without a figure are none.

    Args:
        run: the run.
        suffix: after each name.
    """
    titles = {metric: axis_of(run, metric).title for metric in run.metrics}
    return [
        _point(row, titles, suffix)
        for row in sorted(run.rows, key=lambda row: row.family)
        if row.measured
    ]


def _point(row: Row, titles: Mapping[str, str], suffix: str) -> Point:
    worst, naive = row.worst, value_of(row.naive)
    assert worst.value is not None
    tip = f"{row.shown}{suffix}\nleakage {printed(worst, 3)} ({interval(worst, 3, ' to ')})"
    tip += f"\nby {row.attacker}"
    if naive is not None:
        tip += f"\nwithout knowing it {naive:.3f}"
    floor = value_of(row.others.get("context"))
    if floor is not None:
        tip += f"\ncontext alone {floor:.3f}"
    xs = {title: value_of(row.utilities.get(metric)) for metric, title in titles.items()}
    return Point(f"{row.shown}{suffix}", worst.value, xs, row.family, worst.low, worst.high,
                 row.state == "at least", naive, tip, floor)  # fmt: skip


def levels_of(run: Run) -> list[tuple[float, str]]:
    """Return what guessing reaches."""
    return [] if run.chance is None else [(run.chance, "guessing")]
