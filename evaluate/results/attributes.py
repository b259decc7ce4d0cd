"""What else defended photos tell, or are good for: how the records of attributes are read."""

from __future__ import annotations

from collections.abc import Sequence

from .records import BALANCED, Record, find
from .shown import shown_names
from .table import Column, interval, printed, two

ATTRIBUTE = {  # what the name of a record begins with, by how it is to be read
    "leak": "attribute ",
    "use": "guess ",
    "learn": "learn ",
}
LANDMARKS = "learn landmarks"
SAID = {
    "leak": "is given away by defended photos",
    "use": "can still be told from defended photos",
    "learn": "can be told from clean photos by who learned from defended ones",
}


def attributes_of(records: Sequence[Record]) -> list[Record]:
    """Return the records of attributes, in their order."""
    return find(records, statistic=BALANCED)


def way_of(record: Record) -> str:
    """Return how a record is to be read: `leak`, `use` or `learn`."""
    return next(way for way, start in ATTRIBUTE.items() if record.name.startswith(start))


def attribute_table(records: Sequence[Record]) -> list[Column]:
    """Return the columns of a table of attributes; none without such records."""
    found = attributes_of(records)
    if not found:
        return []
    called = shown_names(records)
    return [
        Column("defense", [called.get(r.defense, r.defense) for r in found], "name", key=True),
        Column("attribute", [r.name.removeprefix("attribute ") for r in found], "text"),
        Column("guessed", [printed(r) for r in found]),
        Column("95 %", [interval(r) for r in found], "text", drop=1),
        Column("chance", [two(r.chance) for r in found]),
        Column("clean", [two(r.ceiling) for r in found]),
        Column("by", [r.attack for r in found], "name", drop=2),
    ]
