"""What became of the photos, and what could not be measured."""

from __future__ import annotations

from ..pages.table import Cell, Heading, number, sortable_table
from ..pages.tags import tag
from ..results.failures import failures
from ..results.records import find
from .reading import CHANGED, Run

_SAID = (
    "Shares of photos. One that no face was found on, or that a defense failed on, stays as it "
    "was and is attacked all the same."
)


def outcomes(run: Run) -> list[str]:
    """Return what became of the photos."""
    names = sorted({record.name for record in find(run.records, kind="outcome")})
    if not names:
        return []
    body: list[list[Cell | str]] = []
    for row in run.rows:
        mine = {r.name: r for r in find(run.records, kind="outcome", defense=row.defense)}
        shares = [number(mine[name].value if name in mine else 0.0) for name in names]
        body.append([row.shown, *shares])
    called = {row.defense: row.shown for row in run.rows}
    told = [
        tag("li", f"{called[r.defense]}: {r.reason}")
        for r in find(run.records, kind="outcome")
        if r.reason and r.defense in called
    ]
    head: list[Heading | str] = ["defense", *(Heading(name) for name in names)]
    table = sortable_table("What became of the photos", head, body)
    return [_SAID, table, *([tag("ul", *told)] if told else [])]


def notes(run: Run) -> list[str]:
    """Return what must be known about the data, and what could not be measured."""
    items = [*unmeasured(run), *(note for note in run.notes if note != CHANGED)]
    return [tag("ul", *(tag("li", item) for item in items))] if items else []


def unmeasured(run: Run) -> list[str]:
    """Say what could not be measured: a line for each reason."""
    names: dict[str, dict[str, None]] = {}
    for record in run.records:
        if record.status == "unavailable":
            names.setdefault(record.reason, {})[record.name] = None
    return [f"{', '.join(who)}: not measured. {reason}" for reason, who in sorted(names.items())]


def broken(run: Run) -> list[str]:
    """Return what broke, for the top: figures that rest on it are not what was meant."""
    lines = [*(note for note in run.notes if note == CHANGED), *failures(run.records)]
    return [tag("ul", *(tag("li", line) for line in lines), class_="bad")] if lines else []
