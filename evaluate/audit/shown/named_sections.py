"""What the page says of names: the curve, all measures, and from which strength on."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import Html, tag
from ...results.records import Record
from ..reached import MARGIN, PEOPLE
from .charts import curves
from .tables import (
    Rows,
    difference_table,
    group_table,
    main_table,
    outcome_table,
    prompt_table,
    reached_table,
)


def named_sections(records: Sequence[Record]) -> list[Section]:
    """Return what is told of names that were asked for; empty sections are left out."""
    head, body = main_table(records)
    measures = [text_table("Whole photos, everybody", head, body)] if body else []
    title = "Names over strength" if body else "Use over strength"
    return [
        Section(title, curves(records), "curve", "Strength"),
        Section("All measures", measures, "measures", "Measures"),
        Section("From which strength on is it at a control?", _reached(records), "reached",
                "Controls reached"),
    ]  # fmt: skip


def detail_sections(records: Sequence[Record]) -> list[Section]:
    """Return the long tables, folded away: whoever needs them opens them."""
    return [
        Section("In detail", folded(
            ("How far each measure is above each control", difference_table(records)),
            ("Open answers by prompt, in four bins", prompt_table(records)),
            *((f"By {kind}", group_table(records, f"{kind}="))
              for kind in ("context", "fame", "control")),
            ("What became of the photos", outcome_table(records))), "detail", "Detail"),
    ]  # fmt: skip


def folded(*told: tuple[str, Rows]) -> list[Html]:
    """Return tables that are folded away, each with its caption; without rows there is none."""
    return [
        tag("details", tag("summary", caption), text_table(caption, head, body))
        for caption, (head, body) in told if body
    ]  # fmt: skip


def _reached(records: Sequence[Record]) -> list[Html]:
    tables = folded(("The weakest setting from which on it holds", reached_table(records)))
    said = (
        "Not told apart: the interval of the difference on the same photos holds 0 there and at "
        f"every stronger setting; with few people that says little. Within {MARGIN:g}: its upper "
        f"end is no higher, among at least {PEOPLE} people."
    )
    return [tag("p", said), *tables] if tables else []
