"""The frontier plot: what leaks against what is left of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unmask.defenses.files.atomic import replacing

from .records import Record
from .summary import Row, rows, value_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_frontier(path: Path, records: Sequence[Record], utility: str = "ssim") -> None:
    """Write `frontier_figure` as a PNG."""
    with replacing(path) as temporary:
        frontier_figure(records, utility).savefig(temporary, format="png")


def frontier_figure(records: Sequence[Record], utility: str = "ssim") -> Figure:
    """Draw leakage (with interval) over one utility; strengths of a defense are joined.

    Args:
        records: records of a run.
        utility: name of the metric on the horizontal axis.
    """
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    found = [row for row in rows(records) if row.measured and _value(row, utility) is not None]
    figure = Figure(figsize=(9, 6), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    families: dict[str, list[Row]] = {}
    for row in found:
        families.setdefault(row.family, []).append(row)
    colours = _colours(len(families))
    for (name, members), colour in zip(families.items(), colours, strict=True):
        members.sort(key=lambda row: _value(row, utility) or 0.0)
        x = [_value(row, utility) or 0.0 for row in members]
        y = [row.worst.value or 0.0 for row in members]
        low = [a - (row.worst.low or 0.0) for a, row in zip(y, members, strict=True)]
        high = [(row.worst.high or 1.0) - a for a, row in zip(y, members, strict=True)]
        bound = [row.state == "at least" for row in members]  # drawn with an arrow upwards
        axes.errorbar(x, y, yerr=[low, high], fmt="o-", color=colour, capsize=3, label=name,
                      lolims=bound)  # fmt: skip
        naive = [(u, r.naive.value) for u, r in zip(x, members, strict=True) if r.naive]
        axes.plot(*zip(*naive, strict=True), "o", mfc="none", color=colour) if naive else None
    if found:
        chance = found[0].worst.chance or 0.0
        axes.axhline(chance, color="0.5", linestyle=":", linewidth=1)
        axes.annotate(
            "chance", (1, chance), xycoords=("axes fraction", "data"), xytext=(-4, 3),
            textcoords="offset points", ha="right", color="0.4",
        )  # fmt: skip
        worst = found[0].worst
        axes.set_title(
            f"{worst.dataset}, {worst.people} people, budget {worst.budget}", loc="left"
        )
    axes.set_ylim(-0.03, 1.05)
    axes.set_xlabel(f"{utility} to the clean photo (mean)")
    axes.set_ylabel("leakage: rank-1 (filled: worst case, open: naive)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.92")
    axes.set_axisbelow(True)
    if families:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return figure


def _value(row: Row, utility: str) -> float | None:
    return value_of(row.utilities.get(utility))


def _colours(count: int) -> list[tuple[float, float, float, float]]:
    import matplotlib

    return [matplotlib.colormaps["tab20"]((2 * i % 20 + i // 10) / 19.9) for i in range(count)]
