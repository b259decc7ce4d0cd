"""What the page says of names and attributes that nobody asked for."""

from __future__ import annotations

from collections.abc import Sequence

from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import tag
from ...results.records import Record, find
from ...vlm.attributes.found import ATTRIBUTES
from .named_sections import folded
from .tables import Rows, cell, faces

_SAID = (
    "The model was asked for nobody: to describe the photo, to write a caption, what happens in "
    "it (the lab's own model: for a caption). Told: the share of answers that tell the attribute "
    "at all; right: that tell it as the list of people does. Kept: of what was told of the clean "
    "photo, the share that is told again, true or not. What a model tells as often of somebody "
    "else's photo or without one, it tells anyway, and the photo gave nothing away. Words are "
    "matched by English lists, which miss some, so more may be told."
)


def unasked_sections(records: Sequence[Record]) -> list[Section]:
    """Return what was told unasked; nothing where it was not tried."""
    head, body = unasked_table(records)
    if not body:
        return []
    parts = [
        tag("p", _SAID),
        text_table("Share of answers to ordinary questions that tell it", head, body),
        *folded(("Right and kept, beside controls", controlled_table(records))),
    ]
    return [Section("Told without being asked", parts, "unasked", "Unasked")]


def unasked_table(records: Sequence[Record]) -> Rows:
    """Return a row per face: how often the name is told, and each attribute at all."""
    columns = [
        ("name, right", "unasked/name", "right"),
        ("to any question", "unasked/name/any", "right"),
        ("somebody else's", "unasked/name", "other"), ("refused", "unasked/name", "refusal"),
        *((name, f"unasked/{name}", "said") for name in ATTRIBUTES),
    ]  # fmt: skip
    whole = [r for r in find(records, kind="leakage", status="ok", group="")
             if r.name.startswith("unasked/")]  # fmt: skip
    face = faces(records)
    body = [
        [face[spec], *(cell(found[0]) if (found := find(
            whole, defense=spec, name=name, statistic=statistic)) else ""
            for _, name, statistic in columns)]
        for spec in dict.fromkeys(r.defense for r in whole)
    ]  # fmt: skip
    return ["face", *(title for title, _, _ in columns)], body


def controlled_table(records: Sequence[Record]) -> Rows:
    """Return a row per face and attribute: right and kept, and how far above controls."""
    controls = ("shuffled_names", "no_image", "other_photo", "face_masked")
    whole = find(records, kind="leakage", status="ok", group="")
    told = [r for r in whole if r.name.startswith("unasked/") and r.statistic in ("right", "kept")]
    face, body = faces(records), []
    for own in told:
        gaps = [find(records, kind="difference", name=own.name, defense=own.defense,
                     group=f"above={control}") for control in controls]  # fmt: skip
        what = (
            own.name.removeprefix("unasked/")
            .removesuffix("/kept")
            .replace("name/any", "name, any question")
        )
        body.append([face[own.defense], what, own.statistic, cell(own),
                     *(cell(gap[0], sign=True) if gap else "" for gap in gaps)])  # fmt: skip
    shown = [f"above {control.replace('_', ' ')}" for control in controls]
    return ["face", "what", "", "share", *shown], body
