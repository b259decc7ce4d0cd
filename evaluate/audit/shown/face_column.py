"""The first column of each small table: what was done to the face."""

from __future__ import annotations

from collections.abc import Sequence

from ...results.records import Record
from ...results.shown import shown_names
from ...results.table import Column
from ..strengths import ladders
from ..views import CLEAN


def face_column(records: Sequence[Record], specs: Sequence[str]) -> Column:
    """Return what each row is called; where one defense was asked about, by its strengths alone.

    Args:
        records: of the audit.
        specs: of the rows, `none` for clean photos.
    """
    called, heading = shown_names(records), "face"
    steps = ladders(records)
    if len(steps) == 1 and all(steps[0].labels):
        called |= dict(zip(steps[0].specs, steps[0].labels, strict=True))
        heading = steps[0].name
    called[CLEAN] = "clean"
    return Column(heading, [called[spec] for spec in specs], "name", key=True, least=18)
