"""The place of each defense among the others, ties included."""

from __future__ import annotations

from collections.abc import Sequence

from .records import Record, find


def ranks(records: Sequence[Record]) -> dict[str, int]:
    """Return the rank of each defense: 1 + the number of those that truly leak less.

    Defenses whose difference might be chance share what they have in common; a defense
    whose leakage was not measured has no rank.
    """
    worst = find(records, kind="leakage", name="worst", status="ok", group="")
    found = {record.defense: 1 for record in worst}
    for record in find(records, kind="difference"):
        if not {record.name, record.defense} <= set(found):
            continue
        if record.low is None or record.high is None:
            continue
        if record.low > 0:
            found[record.defense] += 1
        elif record.high < 0:
            found[record.name] += 1
    return found
