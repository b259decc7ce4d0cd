"""What else defended photos tell, or are good for: views of the records of attributes."""

from __future__ import annotations

from collections.abc import Sequence

from .markup import html_table, number
from .records import BALANCED, NME, Record, find
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


def attribute_section(records: Sequence[Record]) -> list[str]:
    """Return the part of the report about attributes and landmarks; none without such records."""
    return _attributes(records) + _landmarks(records)


def _landmarks(records: Sequence[Record]) -> list[str]:
    found = find(records, statistic=NME)
    if not found:
        return []
    called = shown_names(records)
    body = [
        [called.get(r.defense, r.defense), number(r.value), interval(r, 3, " to "),
         number(r.ceiling), number(r.chance), r.reason]
        for r in found
    ]  # fmt: skip
    return [
        "<h2>Do defended photos teach where landmarks are?</h2><p>Somebody learned from defended "
        "photos of background people (ridge regression on histograms of oriented gradients) and "
        "looks for the 68 landmarks on clean photos of others. The mean error is given in "
        "distances between the eyes, so that less is better, beside that of who learned from "
        "clean photos, and of who always says where they lie on average.</p>",
        html_table(["defense", "error", "95 %", "learned clean", "average face", "note"], body),
    ]


def _attributes(records: Sequence[Record]) -> list[str]:
    found = attributes_of(records)
    if not found:
        return []
    called = shown_names(records)
    head = ["defense", "attribute", "balanced accuracy", "95 %", "chance", "clean", "by", "note"]
    body = [
        [called.get(r.defense, r.defense), f"{r.name.partition(' ')[2]} {SAID[way_of(r)]}",
         number(r.value), interval(r, 3, " to "), number(r.chance), number(r.ceiling), r.attack,
         r.reason]
        for r in found
    ]  # fmt: skip
    return [
        "<h2>What else do photos tell?</h2><p>Guessed by somebody who never saw the person, and "
        "looks at photos as they are: what is moved or scrambled may tell more. Balanced "
        "accuracy: the mean over classes of the share that is guessed, so that a frequent class "
        "counts no more than a rare one; the highest over guessers.</p>",
        html_table(head, body),
    ]
