"""Why figures may be believed: planted cases with known answers, and why some are lower bounds."""

from __future__ import annotations

from ..pages.facts import items
from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.failures import lower_bounds
from ..results.records import Record, find
from ..results.summary import value_of
from .cells import plain
from .reading import Run

_PLANTED = (
    "Photos in which a leak, or its absence (constant), is known. For a row to claim more than a "
    "lower bound, somebody must see each leak: 0.9 of what is reached on undefended photos. "
    "Nobody else is asked once a leak is seen."
)


def bounds(run: Run) -> list[str]:
    """Say why rows hold lower bounds, each reason once."""
    shown = {row.defense: row.shown for row in run.rows}
    told = [
        f"{_all_of([shown[r.defense] for r in some], len(shown))}: {reason}"
        for reason, some in lower_bounds([row.worst for row in run.rows]).items()
    ]
    if not told:
        return []
    said = "A leakage marked >= is what was reached; more may leak, and it is below no limit."
    return [Html(tag("h3", "Lower bounds") + tag("p", said) + items(told))]


def planted(run: Run) -> list[str]:
    """Return what the attackers reached where the answer is known beforehand."""
    cases: dict[str, list[Record]] = {}
    for record in find(run.records, kind="planted"):
        cases.setdefault(record.group, []).append(record)
    body: list[list[Cell | str]] = []
    for case, asked in cases.items():
        known = [r for r in asked if r.value is not None and r.status == "ok"]
        best = max(known, key=lambda r: value_of(r) or 0.0, default=None)
        who = f"{best.name} {best.recognizer}".strip() if best else ""
        others = len(asked) - 1
        body.append([case, asked[0].defense, plain(best), who, Cell(str(others), others)])
    if not body:
        return []
    head: list[Heading | str] = [
        "case",
        "made by",
        Heading("highest rank-1"),
        "attacker",
        Heading("others asked"),
    ]
    return [tag("h3", "Planted cases"), _PLANTED, sortable_table("Planted cases", head, body)]


def _all_of(names: list[str], of: int) -> str:
    return "all defenses" if len(names) == of else ", ".join(names)
