"""What `audit-vlm` prints: the verdict first, then tables, then what must be known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..audit.shown.same_person import same_columns
from ..audit.shown.short_tables import named_columns, reached_columns
from ..audit.shown.short_told import rates_columns, unasked_columns
from ..audit.verdict import verdict
from ..results.records import Record
from .terminal import print_line, print_table, print_text

_NOTES = 10


def print_audit(records: Sequence[Record], notes: Sequence[str], page: Path) -> None:
    """Print what an audit found.

    Args:
        records: all of it.
        notes: what must be known.
        page: path of the report.
    """
    for sentence in verdict(records):
        print_text(sentence)
    for told in (named_columns, reached_columns, rates_columns, same_columns, unasked_columns):
        columns, said = told(records)
        if columns[0].cells:
            print_table(columns, caption=said, elsewhere=page.name)
    print_line("")
    for record in records:
        if record.status == "unavailable" and not record.group:
            print_text(f"not measured: {record.name}: {record.reason}")
    for note in notes[:_NOTES]:
        print_text(f"note: {note}")
    if len(notes) > _NOTES:
        print_text(f"note: {len(notes) - _NOTES} more are in {page.name}")
    print_line(f"written: {page}")
