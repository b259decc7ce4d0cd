"""The place of each defense among the others, ties included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .records import Record, find

SURE = 0.05  # for all pairs of defenses together
NO_DEFENSE = ("naive", "context")  # names of differences to something else than a defense


class Beaten(NamedTuple):
    """A defense that truly leaks more than another one of the same run.

    Args:
        more: the defense that leaks more.
        less: the one that leaks less.
        gap: by how much, with its paired interval; `value` is above 0.
        low: lower end.
        high: upper end.
    """

    more: str
    less: str
    gap: float
    low: float | None
    high: float | None


class Place(NamedTuple):
    """Between which ranks a defense stands, at 95 % for all of them together.

    Args:
        first: 1 + the number of defenses that truly leak less.
        last: the number of all, but those that truly leak more.
    """

    first: int
    last: int


def ranks(records: Sequence[Record]) -> dict[str, int]:
    """Return the rank of each defense: 1 + the number of those that truly leak less.

    One leaks truly less if their difference holds at 95 % after an adjustment for all pairs.
    Defenses whose difference might be chance share what they have in common; a defense whose
    leakage was not measured, or of which only a least leakage is known, has no rank and
    stands before no other.
    """
    return {defense: place.first for defense, place in places(records).items()}


def places(records: Sequence[Record]) -> dict[str, Place]:
    """Return between which ranks each defense stands; see `ranks` for those that have none.

    Where all pairwise differences hold at once, so do the places made of them (Mogstad,
    Romano, Shaikh and Wilhelm, "Inference for Ranks", Review of Economic Studies, 2024).
    """
    worst = find(records, kind="leakage", name="worst", status="ok", group="")
    count = len({record.defense for record in worst})
    found = {record.defense: Place(1, count) for record in worst}
    for won in beaten(records):
        more, less = found[won.more], found[won.less]
        found[won.more] = more._replace(first=more.first + 1)
        found[won.less] = less._replace(last=less.last - 1)
    return found


def beaten(records: Sequence[Record]) -> list[Beaten]:
    """Return each pair of defenses of which one truly leaks less, see `ranks`.

    Args:
        records: of one run; the differences are paired, photo by photo.
    """
    worst = find(records, kind="leakage", name="worst", status="ok", group="")
    known = {record.defense for record in worst}
    found = []
    for record in find(records, kind="difference"):
        if not {record.name, record.defense} <= known:
            continue
        if record.name in NO_DEFENSE or record.p is None or record.p > SURE or not record.value:
            continue
        if record.value > 0:
            won = Beaten(record.defense, record.name, record.value, record.low, record.high)
        else:
            low, high = (None if end is None else -end for end in (record.high, record.low))
            won = Beaten(record.name, record.defense, -record.value, low, high)
        found.append(won)
    return found
