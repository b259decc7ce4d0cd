"""What the page says where names are printed in photos: figures with and without those."""

from __future__ import annotations

from collections.abc import Sequence

from ..pages.shell import Section
from ..pages.table import text_table
from ..pages.tags import tag
from ..results.records import Record
from .tables import group_table

SAID = (
    "With: part of the person's own name was read in the clean photo, so a model may read it as "
    "well and know no face. Without: in no other photo was it read. What a model knows of faces "
    "is told by the photos without; what it gives away, by all of them."
)


def text_sections(records: Sequence[Record]) -> list[Section]:
    """Return the figures by text; nothing where no name was read."""
    head, body = group_table(records, "text=")
    if not body:
        return []
    return [Section("Names that are printed in photos",
                    [tag("p", SAID), text_table("By text in the photo", head, body)],
                    "text", "Printed names")]  # fmt: skip
