"""What the page says where names are printed in photos: figures with and without those."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import tag
from ...results.records import Record, find
from ..curve import SHOWN, label_of, statistic_of
from ..named_said import counted
from ..strata import WITH_TEXT, WITHOUT_TEXT
from ..views import CLEAN
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
                    [tag("p", SAID), *(tag("p", said) for said in without_text(records)),
                     text_table("By text in the photo", head, body)],
                    "text", "Printed names")]  # fmt: skip


def text_said(records: Sequence[Record]) -> list[str]:
    """Return a sentence for the verdict where part of a name was read: what is left without."""
    count, bare = (
        max((r.n for r in records if r.group == group and r.defense == CLEAN), default=0)
        for group in (WITH_TEXT, WITHOUT_TEXT)
    )
    left = without_text(records)
    if not left:
        return []
    return [f"Part of the name is printed in {count} of {count + bare} photos. {left[0]}"]


def without_text(records: Sequence[Record]) -> list[str]:
    """Say of each measure what is left of the figure on clean photos without printed names."""
    told = []
    for name in SHOWN:
        asked = {"defense": CLEAN, "kind": "leakage", "name": name, "status": "ok",
                 "statistic": statistic_of(name)}  # fmt: skip
        everywhere, bare = (find(records, group=group, **asked) for group in ("", WITHOUT_TEXT))
        gaps = find(records, defense=CLEAN, kind="difference", name=f"{name}, {WITHOUT_TEXT}")
        if everywhere and bare:
            above = gaps and all((gap.low or 0.0) > 0 for gap in gaps)
            sure = "beyond" if above else "not shown to be beyond"
            told.append(
                f"By {label_of(name)} {counted(everywhere[0])} are named; where no part of the "
                f"name was read {counted(bare[0])}, which is {sure} its controls."
            )
    return told
