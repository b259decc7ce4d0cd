"""Does a defense protect some people less? Leakage by subgroup."""

from __future__ import annotations

from ..pages.table import Cell, Heading, sortable_table
from ..results.summary import attacker_of
from .cells import figure
from .reading import Run


def groups(run: Run) -> list[str]:
    """Return the worst case of every subgroup of people."""
    body: list[list[Cell | str]] = []
    for row in run.rows:
        values = [group.value or 0.0 for group in row.groups]
        for group in row.groups:
            cell = figure(group)
            if group.value is not None and min(values) < group.value == max(values):
                cell = Cell(f"{cell.text} worst", cell.key, True, cell.more)
            people = Cell(str(group.people), group.people)
            body.append([row.shown, group.group, people, cell, attacker_of(group)])
    if not body:
        return []
    head: list[Heading | str] = [
        "defense",
        "group",
        Heading("people"),
        Heading("leakage", "less"),
        "worst attacker",
    ]
    return [
        "Leakage of each group of people, who are sought among all. The group of a defense that "
        "leaks most is marked; with few people in it that may be chance.",
        sortable_table("Leakage by group of people", head, body),
    ]
