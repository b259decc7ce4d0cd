"""`curve.png`: names over strength beside their controls, and the use that is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import replacing

from ...results.records import Record
from ..curve import SHOWN, Line, label_of, lines
from ..knowledge import CONTROLS, known
from ..strengths import Ladder, ladders

_COLOURS = ("tab:blue", "tab:purple", "tab:green", "tab:orange", "tab:brown", "tab:pink")
_STYLES = (":", "--", "-.", (0, (1, 4)))


def plot(path: Path, records: Sequence[Record]) -> None:
    """Draw a panel for each ladder; controls are lines across."""
    from matplotlib.figure import Figure  # heavy; and no window system is touched

    panels = ladders(records) or [Ladder("no defense", "", (), ())]
    figure = Figure(figsize=(9, 3.6 * len(panels)), dpi=120, layout="constrained")
    for number, ladder in enumerate(panels, 1):
        _panel(figure.add_subplot(len(panels), 1, number), records, ladder)
    with replacing(path) as temporary:
        figure.savefig(temporary)


def _panel(axes: Any, records: Sequence[Record], ladder: Ladder) -> None:
    for line, colour in zip(lines(records, ladder), _COLOURS * 3, strict=False):
        _draw(axes, line, colour)
    measures = known(records)
    main = next((name for name in SHOWN if name in measures), "")
    if main:
        for style, (control, record) in zip(_STYLES, measures[main].controls.items(),
                                            strict=False):  # fmt: skip
            axes.axhline(record.value, color="0.45", linestyle=style, linewidth=1,
                         label=f"{label_of(main)}: {CONTROLS[control]}")  # fmt: skip
    axes.set_xticks(range(len(ladder.specs) + 1), ["clean", *ladder.ticks])
    axes.set_xlabel(ladder.axis)
    axes.set_ylim(-0.02, 1.02)
    axes.set_ylabel("share")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))


def _draw(axes: Any, line: Line, colour: str) -> None:
    records = [record for _, record in line.points]
    values = [r.value or 0.0 for r in records]
    ends = [(0.0 if r.low is None else r.low,
             1.0 if r.high is None or r.status == "at least" else r.high)
            for r in records]  # fmt: skip
    around = [[max(v - low, 0.0) for v, (low, _) in zip(values, ends, strict=True)],
              [max(high - v, 0.0) for v, (_, high) in zip(values, ends, strict=True)]]  # fmt: skip
    axes.errorbar([place for place, _ in line.points], values, yerr=around, capsize=3,
                  fmt="s--" if line.useful else "o-", color=colour,
                  label=f"use: {line.label}" if line.useful else line.label)  # fmt: skip
