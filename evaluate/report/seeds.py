"""How far the figures of several seeds lie apart."""

from __future__ import annotations

from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..results.records import SEEDS, find
from ..results.table import interval, printed
from .cells import figure
from .reading import Run

_SAID = (
    "The same comparison with other seeds: another split of the same people, other draws. The "
    "leakage and its interval are those of the first seed. Splits share people, so no interval is "
    "made of several; each seed has a page of its own in the run folder, seed-N/report.html, and "
    "seeds.html shows them side by side."
)


def seeds(run: Run) -> list[str]:
    """Return a row per defense with the spread over seeds, if there are several."""
    body: list[list[Cell | str]] = []
    for row in run.rows:
        found = {r.statistic: r for r in find(run.records, name=SEEDS, defense=row.defense)}
        middle, spread = found.get("median"), found.get("sd")
        if middle is None:
            continue
        if middle.value is None or spread is None or spread.value is None:
            body.append([row.shown, figure(row.worst), *[Cell(MISSING)] * 3, "0", middle.reason])
            continue
        ends = Cell(interval(middle, 3, " to "), middle.low)
        body.append([
            row.shown, figure(row.worst), Cell(printed(middle, 3), middle.value), ends,
            Cell(f"{spread.value:.3f}", spread.value), str(middle.n), middle.reason,
        ])  # fmt: skip
    if not body:
        return []
    head: list[Heading | str] = [
        "defense", Heading("leakage", "less"), Heading("median", "less"),
        Heading("lowest to highest"), Heading("standard deviation"), "seeds", "each",
    ]  # fmt: skip
    return [_SAID, sortable_table("Leakage over seeds", head, body)]
