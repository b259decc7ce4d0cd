"""One row per defense, made from records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..results.ranks import ranks
from .pairs import Pairs, highest_d_sys, pair_attacks, strongest
from .questions import answered, detailed
from .records import BALANCED, Record, Status, find, with_model
from .shown import family_of, shown_names


@dataclass(frozen=True)
class Row:
    """What is known about one defense.

    Args:
        defense: its spec.
        params: all its parameters.
        worst: the record of the worst case.
        utilities: records of the metrics, by name.
        naive: the highest rank-1 of the attacker who does not know the defense, if any.
        shown: what it is called where people read it, see `shown_names`.
        rank: 1 + the number of defenses that truly leak less; None if not measured, or only
            from below.
        linkage: the strongest valid attacker that names nobody but links photos, if any.
        groups: worst cases of subgroups of people, in the order of the records.
        others: worst cases of other questions than one whole photo, one name, by the name of
            the question (`QUESTIONS`), as far as they were asked.
        told: what photos tell of attributes that are to be hidden.
        d_sys: the highest D_sys of a valid attacker that links photos, if any.
        detailed: all answers about albums, line-ups, an open set and the exposed, by statistic.
    """

    defense: str
    params: dict[str, object]
    worst: Record
    utilities: dict[str, Record]
    naive: Record | None
    shown: str = ""
    rank: int | None = None
    linkage: Pairs | None = None
    groups: tuple[Record, ...] = ()
    others: Mapping[str, Record] = field(default_factory=dict)
    told: tuple[Record, ...] = ()
    detailed: Mapping[str, Record] = field(default_factory=dict)
    d_sys: Record | None = None

    @property
    def state(self) -> Status:
        """What the row may claim: `ok`, `at least`, or no figure at all."""
        return self.worst.status

    @property
    def measured(self) -> bool:
        """Whether there is a figure, be it a lower bound."""
        return self.worst.value is not None

    @property
    def attacker(self) -> str:
        """The worst attacker with its face model, `matched (dlib)`; empty without a figure."""
        return attacker_of(self.worst)

    @property
    def family(self) -> str:
        """What settings of one defense share: its name; pictures in a folder are their own."""
        return family_of(self.worst, self.shown)[0]

    @property
    def worst_group(self) -> Record | None:
        """The subgroup that leaks most, None if there are none."""
        known = [record for record in self.groups if record.value is not None]
        return max(known, key=lambda r: (r.value or 0.0, r.low or 0.0), default=None)


def attacker_of(worst: Record) -> str:
    """Return whose figure the record of a worst case holds, `matched (dlib)`."""
    return with_model(worst.attack, worst.recognizer)


def value_of(record: Record | None) -> float | None:
    """Return the figure of a record, None without one."""
    return None if record is None else record.value


def chance_of(found: Sequence[Row]) -> float | None:
    """Return what guessing reaches in a run; None where no row says it."""
    return next((row.worst.chance for row in found if row.worst.chance is not None), None)


def rows(records: Sequence[Record]) -> list[Row]:
    """Return one row per defense, in the order of the records."""
    found = []
    called, place = shown_names(records), ranks(records)
    for worst in find(records, kind="leakage", name="worst", group=""):
        all_mine = find(records, defense=worst.defense)
        mine = find(all_mine, group="")
        utilities = {r.name: r for r in mine if r.kind == "utility"}
        naive = [
            r
            for r in find(mine, kind="leakage", name="naive", statistic="rank1", status="ok")
            if r.value is not None
        ]  # fmt: skip
        best = max(naive, key=lambda record: record.value or 0.0, default=None)
        groups = [r for r in all_mine if r.kind == "leakage" and r.name == "worst" and r.group]
        found.append(
            Row(worst.defense, worst.params, worst, utilities, best, called[worst.defense],
                place.get(worst.defense), strongest(pair_attacks(mine)), tuple(groups),
                answered(mine), tuple(find(mine, kind="leakage", statistic=BALANCED)),
                detailed(mine), highest_d_sys(pair_attacks(mine)))
        )  # fmt: skip
    return found
