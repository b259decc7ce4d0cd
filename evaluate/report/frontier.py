"""The frontier plot as a file: what leaks against what use is left, for papers and slides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.defenses.files.atomic import replacing

from ..pages.labels import Box, Label, boxes_for
from ..pages.looks import COLOURS, Look, looks
from ..results.records import Record
from ..results.summary import Row, rows, value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
_MARKS = {"circle": "o", "square": "s", "diamond": "D", "up": "^", "down": "v", "star": "*",
          "cross": "P", "hexagon": "h"}  # fmt: skip
_SIZE = 8.0  # points of the labels
_TITLES = {"ssim": "SSIM", "psnr": "PSNR", "lpips": "LPIPS"}


def plot_frontier(path: Path, records: Sequence[Record], utility: str = "ssim") -> None:
    """Write `frontier_figure` as PNG, SVG or PDF, as the ending of the path says.

    Raises:
        ValueError: another ending.
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(f"a plot ends with {', '.join(SUFFIXES)}, got '{path.name}'")
    import matplotlib

    plain: dict[str, Any] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with (
        matplotlib.rc_context({"svg.hashsalt": "unmask", "svg.fonttype": "none"}),
        replacing(path) as temporary,
    ):
        frontier_figure(records, utility).savefig(
            temporary, format=path.suffix[1:], metadata=plain.get(path.suffix)
        )


def frontier_figure(records: Sequence[Record], utility: str = "ssim") -> Figure:
    """Draw leakage (with interval) over one utility; strengths of a defense are joined.

    Args:
        records: records of a run.
        utility: name of the metric on the horizontal axis.
    """
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    found = [row for row in rows(records) if row.measured and _value(row, utility) is not None]
    figure = Figure(figsize=(9, 6), dpi=150)
    axes = figure.add_axes((0.08, 0.1, 0.89, 0.82))
    axes.set_ylim(-0.03, 1.06)
    axes.set_xlabel(f"{_TITLES.get(utility, utility.replace('_', ' '))} to the clean photo (mean)")
    axes.set_ylabel(
        "leakage: rank-1 (filled: worst case, open: does not know the defense, -: context alone)"
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93")
    axes.set_axisbelow(True)
    families: dict[str, list[Row]] = {}
    for row in found:
        families.setdefault(row.family, []).append(row)
    for name, look in looks(list(families)).items():
        _series(axes, name, families[name], look, utility)
    axes.margins(x=0.12)
    if found:
        _named(axes, found)
        _labelled(figure, axes, found, utility)
    return figure


def _series(axes: Axes, name: str, members: list[Row], look: Look, utility: str) -> None:
    """Draw the settings of one defense; a lower bound has an arrow upwards and is hollow."""
    members.sort(key=lambda row: _value(row, utility) or 0.0)
    colour, shape = COLOURS[look.colour], _MARKS[look.shape]
    x = [_value(row, utility) or 0.0 for row in members]
    y = [row.worst.value or 0.0 for row in members]
    low = [max(0.0, a - (row.worst.low or 0.0)) for a, row in zip(y, members, strict=True)]
    ends = [1.0 if row.state == "at least" or row.worst.high is None else row.worst.high
            for row in members]  # fmt: skip
    high = [max(0.0, end - a) for end, a in zip(ends, y, strict=True)]
    bound = [row.state == "at least" for row in members]
    axes.errorbar(x, y, yerr=[low, high], fmt=shape + "-", color=colour, capsize=3, label=name,
                  lolims=bound, elinewidth=1, linewidth=1, markersize=7)  # fmt: skip
    hollow = [(a, b) for a, b, is_bound in zip(x, y, bound, strict=True) if is_bound]
    if hollow:
        axes.plot(*zip(*hollow, strict=True), shape, mfc="white", color=colour, zorder=4)
    for u, row in zip(x, members, strict=True):
        floor = value_of(row.others.get("context"))
        if floor is not None:
            axes.plot([u], [floor], "_", color=colour, markersize=13, markeredgewidth=2)
        if row.naive and row.naive.value is not None:
            ends_at = [row.naive.value, row.worst.value or 0.0]
            axes.plot([u, u], ends_at, ":", color=colour, linewidth=1)
            axes.plot([u], ends_at[:1], shape, mfc="white", color=colour, markersize=5)


def _named(axes: Axes, found: Sequence[Row]) -> None:
    worst = found[0].worst
    levels = [(worst.chance, "guessing")] if worst.chance is not None else []
    for level, name in levels:
        axes.axhline(level, color="0.5", linestyle=":", linewidth=1, zorder=1)
        axes.annotate(name, (0, level), xycoords=("axes fraction", "data"), xytext=(4, 3),
                      textcoords="offset points", color="0.35", fontsize=_SIZE)  # fmt: skip
    axes.set_title(f"{worst.dataset}, {worst.people} people, budget {worst.budget}", loc="left",
                   fontsize=10)  # fmt: skip


def _labelled(figure: Figure, axes: Axes, found: Sequence[Row], utility: str) -> None:
    """Write the name of each point beside it, so that none lies on another."""
    place = axes.transData.transform
    height = float(figure.bbox.height)

    def pixels(x: float, y: float) -> tuple[float, float]:
        across, up = place((x, y))
        return float(across), height - float(up)

    size = _SIZE * figure.dpi / 72
    scale = size / 12  # labels keep their distances at any resolution
    labels, taken = [], []
    for row in found:
        x, y = pixels(_value(row, utility) or 0.0, row.worst.value or 0.0)
        labels.append(Label(row.shown, x / scale, y / scale))
        top = 1.0 if row.state == "at least" else row.worst.high or 0.0
        ends = [pixels(0, end)[1] / scale for end in (top, row.worst.low or 0.0)]
        taken.append((x / scale - 3, ends[0], x / scale + 3, ends[1]))
    box = axes.get_window_extent()
    within: Box = (box.x0 / scale + 2, (height - box.y1) / scale, float(figure.bbox.width) / scale,
                   (height - box.y0) / scale)  # fmt: skip
    for label, (left, _, _, bottom) in boxes_for(labels, within, taken):
        spot = (left * scale, height - bottom * scale + 0.2 * size)
        back = axes.transData.inverted().transform
        at = back((label.x * scale, height - label.y * scale))
        inside = back(spot)
        line = {"arrowstyle": "-", "color": "0.7", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
        axes.annotate(
            label.text, (at[0], at[1]), (inside[0], inside[1]), fontsize=_SIZE,
            annotation_clip=False, arrowprops=line if _far(label, left, bottom) else None,
        )  # fmt: skip


def _far(label: Label, left: float, bottom: float) -> bool:
    return abs(label.y - bottom) > 24 or left - label.x > 30


def _value(row: Row, utility: str) -> float | None:
    return value_of(row.utilities.get(utility))
