"""Models side by side: a row a model, intervals in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...pages.facts import items
from ...pages.table import MISSING, Cell, Heading, sortable_table
from ...pages.tags import Html, joined
from ...results.records import Record, find
from ...results.rounding import ends_of
from ...results.table import AT_LEAST
from ..curve import SHOWN
from ..knowledge import CONTROLS
from ..probes import PROBES
from ..probes.base import Measure
from ..strengths import Ladder, ladders
from ..views import CLEAN, CONTEXTS
from .joined import Studied

_TITLES = {
    "named/forced": "Forced choice", "named/forced_calibrated": "Forced choice, less the prior",
    "named/votes": "Votes of templates", "named/open": "Open questions",
    "named/open/any": "Open questions, right to any prompt", "named/yes_no": "Yes or no",
}  # fmt: skip


class Column(NamedTuple):
    """What a column shows: a title, the spec of the face and the group of the records."""

    title: str
    defense: str | None
    group: str


def measures_of(found: Studied) -> list[Measure]:
    """Return the main measures of all probes that some model answered; those of names first."""
    main = [one for probe in PROBES.values() for one in probe.main]
    main.sort(key=lambda one: SHOWN.index(one.name) if one.name in SHOWN else len(SHOWN))
    return [one for one in main
            if any(records_at(records, one, Column("", None, "")) for records in
                   found.measured.values())]  # fmt: skip


def title_of(one: Measure) -> str:
    """Return what a measure is called on the page."""
    return _TITLES.get(one.name, one.name.replace("/", ": ").replace("_", " ").capitalize())


def ladders_of(found: Studied) -> list[Ladder]:
    """Return the settings of each defense, weak to strong; all models were asked the same."""
    return ladders([record for records in found.measured.values() for record in records])


def measure_table(found: Studied, one: Measure) -> Html:
    """Return one measure of all models: clean, controls, every strength."""
    columns = [Column("clean", CLEAN, "")]
    columns += [Column(title, None if key != "shuffled_names" else CLEAN, f"control={key}")
                for key, title in CONTROLS.items()]  # fmt: skip
    columns += [Column(_called(ladder, spec), spec, "")
                for ladder in ladders_of(found) for spec in ladder.specs]  # fmt: skip
    return _table(found, one, columns, _caption(found, one))


def context_table(found: Studied, one: Measure) -> Html:
    """Return one measure of all models by context, clean and at the strongest settings."""
    faces = [("clean", CLEAN), *((_called(ladder, ladder.specs[-1]), ladder.specs[-1])
                                 for ladder in ladders_of(found))]  # fmt: skip
    columns = [
        Column(f"{title}, {'original' if context == 'whole' else context}", spec,
               "" if context == "whole" else f"context={context}")
        for title, spec in faces for context in CONTEXTS
    ]  # fmt: skip
    some = [column for column in columns
            if any(records_at(r, one, column) for r in found.measured.values())]  # fmt: skip
    return _table(found, one, some, f"{title_of(one)}: what surrounds the head")


def _table(found: Studied, one: Measure, columns: Sequence[Column], caption: str) -> Html:
    """Return a table, and below it what must be known of a model's figures or lack of them."""
    body: list[list[Cell | str]] = []
    told = []
    for part in found.parts:
        records = found.measured.get(part.label)
        if records is None:
            gone = Cell(part.label, bad=True, more="not measured")
            body.append([gone, *[Cell(MISSING)] * len(columns)])
            continue
        cells = [_cell(records_at(records, one, column)) for column in columns]
        some = any(cell.key is not None for cell in cells)
        body.append([Cell(part.label, more="" if some else "not asked so"), *cells])
        if beside := _beside(records, one, some=some):
            told.append(f"{part.label}: {beside}")
    head = [Heading("model"), *(Heading(column.title) for column in columns)]
    return joined([sortable_table(caption, head, body), items(told)])


def records_at(records: Sequence[Record], one: Measure, column: Column) -> list[Record]:
    """Return the figures of a measure in a column, one if it was measured."""
    wanted = {"kind": one.kind, "name": one.name, "statistic": one.statistic,
              "group": column.group}  # fmt: skip
    if column.defense is not None:
        wanted["defense"] = column.defense
    return [r for r in find(records, **wanted) if r.value is not None]


def _beside(records: Sequence[Record], one: Measure, *, some: bool) -> str:
    """Return what must be known of a model's figures, or why it has none."""
    names = (one.name,) if some else (one.name, f"named/{one.probe}", one.probe)
    reasons = [r.reason for r in records if r.name in names and not r.group and r.reason]
    told = "; ".join(dict.fromkeys(reasons))
    return told if told or some else "this kind of model cannot be asked so"


def _cell(records: Sequence[Record]) -> Cell:
    if not records:
        return Cell(MISSING)
    value, low, high = records[0].value, records[0].low, records[0].high
    ends = ends_of(low or 0.0, 1.0 if high is None else high)
    bound = AT_LEAST if records[0].status == "at least" else ""
    return Cell(f"{bound}{value:.3f}", value, more=ends)


def _caption(found: Studied, one: Measure) -> str:
    chances = {r.chance for records in found.measured.values()
               for r in records_at(records, one, Column("", CLEAN, "")) if r.chance}  # fmt: skip
    said = f"; chance {min(chances):.3g}" if len(chances) == 1 else ""
    return f"{title_of(one)}: share of photos, 95 % interval below it{said}"


def _called(ladder: Ladder, spec: str) -> str:
    return f"{ladder.name} {ladder.label(spec)}".strip()
