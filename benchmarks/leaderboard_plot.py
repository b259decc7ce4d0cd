"""The plot of the leaderboard: a line for each defense, a panel for each data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unmask.defenses.files.atomic import replacing
from unmask.evaluate import Row
from unmask.evaluate.results.summary import chance_of, value_of
from unmask.evaluate.results.table import is_undefended

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SURE, _BOUND, _FLOOR, _PLAIN = "#1f5f99", "#b3400f", "0.45", "0.55"


def plot(path: Path, panels: Sequence[tuple[str, Sequence[Row]]]) -> None:
    """Write leakage with its interval, each data set beside the other, as a PNG.

    A lower bound is a hollow arrow to the right; a defense without a figure has a word. The
    order is that of the first panel, so that one line is one defense.

    Args:
        path: of the picture.
        panels: name of the data, and its rows in their order.
    """
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    names = list(dict.fromkeys(row.shown for _, rows in panels for row in rows))
    figure = Figure(figsize=(2.6 + 3.2 * len(panels), 1.6 + 0.3 * len(names)), dpi=150)
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (title, rows) in zip(every, panels, strict=True):
        axes.set_title(title, loc="left", fontsize=9)
        axes.set_xlim(-0.02, 1.05)
        axes.set_xlabel("leakage (rank-1)", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.tick_params(axis="y", left=False)
        axes.grid(axis="x", color="0.93")
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        chance = chance_of(rows)
        if chance is not None:
            axes.axvline(chance, color="0.5", linestyle=":", linewidth=1)
        for row in rows:
            _line(axes, names.index(row.shown), row)
    every[0].set_yticks(range(len(names)), names)
    every[0].invert_yaxis()
    figure.text(0.01, 0.01, "dot: measured, with its 95 % interval; hollow with an arrow: a lower "
                "bound\n|: named without the region; dotted: guessing",
                fontsize=7, color="0.35")  # fmt: skip
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png")


def _line(axes: Axes, y: int, row: Row) -> None:
    worst, floor = row.worst, value_of(row.others.get("context"))
    if worst.value is None:
        axes.text(0.02, y, "no figure", fontsize=7, color=_BOUND, va="center")
        return
    if floor is not None:
        axes.plot([floor], [y], "|", color=_FLOOR, markersize=11, markeredgewidth=2)
    colour = _PLAIN if is_undefended(row) else _SURE
    if row.state == "at least":
        arrow = {"arrowstyle": "->", "color": _BOUND, "linewidth": 1}
        axes.annotate("", (1.03, y), (worst.value, y), arrowprops=arrow)
        axes.plot([worst.value], [y], "o", mfc="white", color=_BOUND, markersize=6)
        return
    ends = [worst.value if end is None else end for end in (worst.low, worst.high)]
    axes.plot(ends, [y, y], "-", color=colour, linewidth=1.5)
    axes.plot([worst.value], [y], "o", color=colour, markersize=6)
