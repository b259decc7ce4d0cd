"""What was measured on one data set, cut down to what advice is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..results.records import SEEDS, Record, Status, with_model
from ..results.rounding import rounded_down, rounded_up
from ..results.shown import is_program
from ..results.summary import Row, rows

UTILITIES = ("ssim", "face_found", "landmark_error")
NONE = "none"  # the photo as it is
ANSWERS = {  # what advice calls a question: what a row calls its answer
    "album": "rank1@all",
    "line-up of 5": "rank1@people=5",
    "face": "face",
    "context": "context",
    "naive": "naive",
}


@dataclass(frozen=True)
class Figure:
    """A measured figure.

    Args:
        value: 0 to 1; None if it was not measured.
        low: lower end of the 95 % interval.
        high: upper end; of a lower bound nobody knows it, see `state`.
        chance: what guessing reaches.
        people: number of people behind it.
        attacker: whose figure it is.
        state: `ok`, `at least` (a lower bound) or what it is that has no figure.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    people: int = 0
    attacker: str = ""
    state: Status = "ok"

    def within(self, limit: float) -> bool:
        """Return whether it is shown to be at most `limit`: its whole interval, and no bound."""
        return self.state == "ok" and self.high is not None and self.high <= limit


@dataclass(frozen=True)
class Setting:
    """One defense at one strength that was measured.

    Args:
        defense: its spec.
        leakage: the worst case over all attackers.
        answers: of the questions in `ANSWERS`, as far as they were asked.
        groups: the worst case of each subgroup of people, where there are any.
        use: utilities by name.
        reason: why it is not `ok`.
        applies: whether `unmask apply` can make it: not so for another program's pictures, and
            for a plug-in whose code is another one now.
        seeds: its leakages with several seeds, the median with the lowest and the highest as
            its ends; None of a run with one.
    """

    defense: str
    leakage: Figure
    answers: Mapping[str, Figure] = field(default_factory=dict)
    groups: Mapping[str, Figure] = field(default_factory=dict)
    use: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    applies: bool = True
    seeds: Figure | None = None

    @property
    def _limited(self) -> list[Figure]:
        """What a limit is held against."""
        return [self.leakage, *self.groups.values(), *filter(None, [self.seeds])]

    @property
    def highest(self) -> float:
        """The upper end of the leakage, that of its worst group; 1 where nobody knows it."""
        known = [f.high if f.state == "ok" else None for f in self._limited]
        return max(1.0 if high is None else high for high in known)

    def holds(self, limit: float) -> bool:
        """Return whether all people, and each group of them, are shown to stay within a limit.

        Where several seeds were tried, none of them may be above it.
        """
        return all(found.within(limit) for found in self._limited)


@dataclass(frozen=True)
class Kind:
    """What photos of a data set are like, as far as leakage depends on it.

    Args:
        face_px: median width of the main face in pixels.
        face_share: median of that width over the shorter side of the photo.
        grey: share of photos without colour.
    """

    face_px: float
    face_share: float
    grey: float


@dataclass(frozen=True)
class Table:
    """What was measured on one data set.

    Args:
        name: of the data set, with its bounds.
        settings: one for each defense and strength.
        budget: effort of the attackers.
        models: face models of the attackers.
        command: what makes the run again.
        title: the data set in words; empty for a user's run.
        kind: what its photos are like; None where nobody looked.
        made: day of the run, `2026-11-26`.
        versions: of what decides the figures.
        changed: whose code is another one here than in the run: `unmask`, or plug-ins.
    """

    name: str
    settings: tuple[Setting, ...]
    budget: str
    models: str
    command: str = ""
    title: str = ""
    kind: Kind | None = None
    made: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """How many people were attacked."""
        return max((one.leakage.people for one in self.settings), default=0)

    @property
    def undefended(self) -> Figure | None:
        """What leaks from the photos as they are."""
        return next((one.leakage for one in self.settings if one.defense == NONE), None)


def settings_of(records: Sequence[Record]) -> tuple[Setting, ...]:
    """Return what advice needs of the records of a run, one for each defense."""
    return tuple(_setting(row) for row in rows(records))


def _setting(row: Row) -> Setting:
    known = {**row.detailed, **row.others}
    if row.naive:
        known["naive"] = row.naive
    answers = {
        name: _figure(known[asked])
        for name, asked in ANSWERS.items()
        if asked in known and known[asked].value is not None
    }
    use = {name: round(record.value, 4) for name in UTILITIES
           if (record := row.utilities.get(name)) and record.value is not None}  # fmt: skip
    return Setting(
        row.defense,
        _figure(row.worst),
        answers,
        {group.group: _figure(group) for group in row.groups},
        use,
        row.worst.reason,
        not is_program(row.worst),
        _figure(row.others[SEEDS]) if SEEDS in row.others else None,
    )


def _figure(record: Record) -> Figure:
    def short(value: float | None) -> float | None:
        return None if value is None else round(value, 4)

    low = None if record.low is None else float(rounded_down(record.low, 4))
    high = None if record.high is None else float(rounded_up(record.high, 4))
    who = with_model(record.attack or record.name, record.recognizer)
    return Figure(short(record.value), low, high, short(record.chance), record.people, who,
                  record.status)  # fmt: skip
