"""Other questions than "one whole photo, one name": how a worst case of each is called and read.

A worst case of another question is a record of kind `leakage` with a name of its own, so that
whoever looks for `worst` never picks it up. The first record of a name in a run is the one that
tables show. A new question gets a line in `QUESTIONS`; nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .records import BALANCED, Record

PAIR_LIST = "pair list"


@dataclass(frozen=True)
class Question:
    """How a worst case of another question is read.

    Args:
        said: what the figure is, for the caption below a table.
        drop: when its column goes where there is no room, see `Column`; None: no column.
        early: whether its column stands beside the leakage, before the worst attacker.
    """

    said: str
    drop: int | None = None
    early: bool = True


QUESTIONS: Mapping[str, Question] = {
    "seeds": Question("lowest to highest leakage over seeds, each another split", 1),
    "album": Question("rank-1 of all defended photos of a person taken together", 1),
    "face": Question("what the region itself gives away, everything else blanked", 2),
    "context": Question("what no defense of the region can prevent, the region blanked", 3),
    "ceiling": Question(
        "the very photo told from its defended version among all probes", 12, early=False
    ),
    "seed known": Question("if the seed of a defense that draws got known", 13, early=False),
    "photos": Question(
        "rank-1 where each photo weighs the same, and not each person", 14, early=False
    ),
    PAIR_LIST: Question(
        "pairs of a list told to show one person or two, with one photo or both defended, at "
        "thresholds of other folds; nobody trains on defended pairs, so more may be told",
        4,
    ),
    "line-up": Question("rank-1 among few people"),
    "open set": Question("photos of anybody, most of them strangers"),
    "exposed": Question("the people who are named most often"),
}
DETAILED = ("album", "line-up", "open set", "exposed")  # asked with several statistics each


def answered(records: Sequence[Record]) -> dict[str, Record]:
    """Return the first record of each question that has one, in the order of `QUESTIONS`.

    Args:
        records: those of one defense, of all people.
    """
    leakage = [record for record in records if record.kind == "leakage"]
    found: dict[str, Record] = {}
    for name in QUESTIONS:
        first = next((record for record in leakage if record.name == name), None)
        if first:
            found[name] = first
    return found


def detailed(records: Sequence[Record]) -> dict[str, Record]:
    """Return every answer to the questions of `DETAILED` by its statistic, `rank1@4`.

    Args:
        records: those of one defense, of all people.
    """
    leakage = [record for record in records if record.kind == "leakage"]
    return {
        record.statistic: record for name in DETAILED for record in leakage if record.name == name
    }


def on_pairs(record: Record) -> bool:
    """Return whether a figure says what was told about a list of pairs, by one who asked."""
    return record.name.startswith(f"{PAIR_LIST}/")


def is_worst(record: Record) -> bool:
    """Return whether a leakage is a maximum over attacks, of whatever question."""
    return record.name in ("worst", *QUESTIONS) or record.statistic == BALANCED
