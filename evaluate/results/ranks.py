"""The place of each defense among the others, ties included."""

from __future__ import annotations

from collections.abc import Sequence

from .records import Record, find

SURE = 0.05  # for all pairs of defenses together


def ranks(records: Sequence[Record]) -> dict[str, int]:
    """Return the rank of each defense: 1 + the number of those that truly leak less.

    One leaks truly less if their difference holds at 95 % after an adjustment for all pairs.
    Defenses whose difference might be chance share what they have in common; a defense whose
    leakage was not measured, or of which only a least leakage is known, has no rank and
    stands before no other.
    """
    worst = find(records, kind="leakage", name="worst", status="ok", group="")
    found = {record.defense: 1 for record in worst}
    for record in find(records, kind="difference"):
        if not {record.name, record.defense} <= set(found):
            continue
        if record.p is None or record.p > SURE or not record.value:
            continue
        found[record.defense if record.value > 0 else record.name] += 1
    return found
