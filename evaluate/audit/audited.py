"""What an audit found, to be looked at and handed on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..pages.tags import Html, joined, tag
from ..results.formats import html
from ..results.origin import notes_of
from ..results.records import Record, frame_of, read_records
from .answer import Answer
from .kept import read
from .shown.short_tables import named_columns
from .verdict import verdict

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Audited:
    """What an audit found: a table in a notebook, a short text elsewhere.

    Args:
        records: all records.
        answers: every answer.
        page: path of the report.
        notes: what a reader must know.
    """

    records: tuple[Record, ...]
    answers: tuple[Answer, ...]
    page: Path
    notes: tuple[str, ...]

    def report(self) -> Path:
        """Return the path of the report."""
        return self.page

    def to_dataframe(self) -> DataFrame:
        """Return a line per record, with its interval and status.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame_of(self.records, self.page.parent / "records.jsonl")

    def __repr__(self) -> str:
        """Return the verdict and a few lines, however many answers there are."""
        first = self.records[0]
        shown = len({record.defense for record in self.records if record.kind == "leakage"})
        return "\n".join((
            *verdict(self.records),
            f"{first.recognizer} on {first.dataset}: {len(self.answers)} answers about faces "
            f"shown in {shown} ways",
            f"written: {self.page}",
        ))  # fmt: skip

    def _repr_html_(self) -> str:
        columns, said = named_columns(self.records)
        told = joined(tag("p", sentence) for sentence in verdict(self.records))
        return told + Html(html(columns, [said, *self.notes, f"written: {self.page}"]))


def read_audit(folder: Path) -> Audited:
    """Return what a finished audit found, from its folder alone.

    Raises:
        ValueError: its files are damaged.
    """
    records = read_records(folder / "records.jsonl")
    page = folder / "report.html"
    return Audited(tuple(records), tuple(read(folder)), page, tuple(notes_of(folder)))
