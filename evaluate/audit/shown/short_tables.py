"""The tables of an audit for little room: in the terminal, and in a notebook."""

from __future__ import annotations

from collections.abc import Sequence

from ...results.records import Record, find
from ...results.rounding import rounded_down, rounded_up
from ...results.table import AT_LEAST, MISSING, Column
from ..curve import JUDGED, label_of, statistic_of
from ..reached import MARGIN, PEOPLE, Reached, reached
from ..strengths import ladders
from .face_column import face_column

# heading, measure, statistic, which goes first where there is no room, and what it is
_COLUMNS = (
    ("forced", "named/forced", "rank1", 0, "the right name is chosen among all"),
    ("less prior", "named/forced_calibrated", "rank1", 4,
     "likewise, less what is chosen without looking"),
    ("votes", "named/votes", "rank1", 0, "templates choose the right name together"),
    ("votes, by person", "named/votes", "person", 6, "likewise, by all photos of a person"),
    ("open", "named/open", "right", 0, "asked who it is, it says the right name"),
    ("refused", "named/open", "refusal", 0, "asked so, it refuses, which is not privacy"),
    ("any prompt", "named/open/any", "right", 5, "it says the right name to one prompt or more"),
    ("wrong", "named/open", "wrong", 8, "it says another name"),
    ("no name", "named/open", "no_name", 9, "it says no name"),
    ("yes/no", "named/yes_no", "accuracy", 7, "right answers to yes or no"),
    ("yes likelier", "named/yes_no", "margin", 3, "yes is likelier for the right name"),
)  # fmt: skip


def named_columns(records: Sequence[Record]) -> tuple[list[Column], str]:
    """Return a row per defense, whole photos and everybody, and a sentence for below."""
    whole = [r for r in records if r.kind == "leakage" and not r.group
             and r.status in ("ok", "at least")]  # fmt: skip
    used = [one for one in _COLUMNS if find(whole, name=one[1], statistic=one[2])]
    names = {one[1] for one in used}
    specs = list(dict.fromkeys(r.defense for r in whole if r.name in names))
    columns = [face_column(records, specs)]
    told = []
    for heading, name, statistic, drop, says in used:
        mine = find(whole, name=name, statistic=statistic)
        by_spec = {r.defense: r for r in mine}
        cells = [short(by_spec[spec]) if spec in by_spec else MISSING for spec in specs]
        columns.append(Column(heading, cells, "text", drop=drop))
        chance = "" if mine[0].chance is None else f", guessing {mine[0].chance:.2g}"
        told.append(f"{heading}: {says}{chance}")
    return columns, f"Shares of photos with 95 % intervals, by person. {'; '.join(told)}."


def reached_columns(records: Sequence[Record]) -> tuple[list[Column], str]:
    """Return from which strength on each measure is at all its controls, and what that means."""
    rows = reached(records)
    steps = {ladder.name: ladder for ladder in ladders(records)}
    each = [(family, name, [r for r in rows if (r.family, r.measure) == (family, name)])
            for family in steps for name in JUDGED
            if any((r.family, r.measure) == (family, name) for r in rows)]  # fmt: skip

    def since(family: str, some: Sequence[Reached], *, shown: bool) -> str:
        found = [one.shown if shown else one.alike for one in some]
        if not all(found):
            return "none tried"
        specs = steps[family].specs
        return steps[family].label(specs[max(map(specs.index, found))]) or "as it is"

    called = {name: heading for heading, name, statistic, *_ in _COLUMNS
              if statistic == statistic_of(name)}  # fmt: skip
    columns = [
        Column("defense", [family for family, _, _ in each], "name", key=True),
        Column("measure", [called.get(name, label_of(name)) for _, name, _ in each], "text",
               key=True),
        Column("not told apart from", [since(f, some, shown=False) for f, _, some in each],
               "text"),
        Column(f"within {MARGIN:g} from", [since(f, some, shown=True) for f, _, some in each],
               "text"),
    ]  # fmt: skip
    return columns, (
        "The weakest setting from which on a measure is at all of its controls. Not told apart "
        f"is no privacy: with few people intervals are wide. Within {MARGIN:g} is shown, which "
        f"takes {PEOPLE} people."
    )


def short(record: Record) -> str:
    """Return a figure with its interval in few characters: `0.67 0.53-0.79`."""
    if record.value is None:
        return MISSING
    low = rounded_down(record.low or 0.0)
    if record.status == "at least":
        return f"{AT_LEAST}{record.value:.2f} {low}-?"
    return f"{record.value:.2f} {low}-{rounded_up(1.0 if record.high is None else record.high)}"
