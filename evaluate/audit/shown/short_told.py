"""Two more tables for little room: refusals and disclosures, and what is told unasked."""

from __future__ import annotations

from collections.abc import Sequence

from ...results.records import Record, find
from ...results.table import MISSING, Column
from ...vlm.attributes.found import ATTRIBUTES
from ..views import CLEAN
from .face_column import face_column
from .short_tables import short

NAME = "named/open"


def rates_columns(records: Sequence[Record]) -> tuple[list[Column], str]:
    """Return a row per face, and of clean ones per stratum of fame, with a sentence for below."""
    told = [r for r in records if (r.name, r.statistic) == (NAME, "disclosure")
            and (not r.group or (r.defense == CLEAN and r.group.startswith("fame=")))]  # fmt: skip
    columns = [
        face_column(records, [r.defense for r in told]),
        Column("fame", [r.group.removeprefix("fame=") or "all" for r in told], "text", key=True),
    ]
    for heading, statistic, control, drop in (
        ("refused", "refusal", "", 0), ("of answers right", "disclosure", "", 0),
        ("of answers wrong", "guess", "", 2),
        ("right, shuffled", "disclosure", "shuffled_names", 0),
        ("right, no picture", "disclosure", "no_image", 1),
    ):  # fmt: skip
        cells = [_cell(records, r, statistic, control) for r in told]
        columns.append(Column(heading, cells, "text", drop=drop))
    return columns, (
        "Asked who it is. A refusal is not privacy: of answers counts those that do not refuse; "
        "what shuffled names or no picture give is a guess and no knowledge."
    )


def unasked_columns(records: Sequence[Record]) -> tuple[list[Column], str]:
    """Return a row per face: names and attributes that nobody asked for."""
    whole = [r for r in find(records, kind="leakage", status="ok", group="")
             if r.name.startswith("unasked/")]  # fmt: skip
    specs = list(dict.fromkeys(r.defense for r in whole))
    columns = [face_column(records, specs)]
    for heading, name, statistic, drop in (
        ("name right", "unasked/name", "right", 0), ("refused", "unasked/name", "refusal", 12),
        *((one, f"unasked/{one}", "said", number) for number, one in enumerate(ATTRIBUTES, 7)),
        *((f"{one} right", f"unasked/{one}", "right", number)
          for number, one in enumerate(ATTRIBUTES, 1)),
    ):  # fmt: skip
        mine = {r.defense: short(r) for r in find(whole, name=name, statistic=statistic)}
        if not mine:
            continue  # of what is not known of people, nothing is right
        cells = [mine.get(spec, MISSING) for spec in specs]
        columns.append(Column(heading, cells, "text", drop=drop))
    return columns, (
        "Told unasked, in a description, a caption, or what happens. Share of answers that say "
        "the right name; that tell an attribute at all; right: as the list of people does. The "
        "page sets all beside controls."
    )


def _cell(records: Sequence[Record], own: Record, statistic: str, control: str) -> str:
    group = ",".join(filter(None, [f"control={control}" if control else "", own.group]))
    wanted = {"name": NAME, "statistic": statistic, "kind": "leakage", "group": group}
    here = find(records, **wanted)
    mine = [r for r in here if control == "no_image" or r.defense == own.defense]
    return short(mine[0]) if mine else MISSING
