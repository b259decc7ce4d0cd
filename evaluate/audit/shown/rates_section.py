"""What the page says of refusals and of what is disclosed where the model answers, by fame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...pages.shell import Section
from ...pages.table import text_table
from ...pages.tags import tag
from ...results.records import Record, find
from .tables import Rows, cell, faces

NAME, GAP = "named/open", "named/open/disclosure"
_SAID = (
    "A refusal is not privacy, and a guess is not knowledge. Refused: the share of all open "
    "answers that refuse. Of answers: among those that do not, how many give the right name, or a "
    "wrong one. The model knows somebody only as far as right names are above what shuffled names "
    "and no picture give."
)


def rates_sections(records: Sequence[Record]) -> list[Section]:
    """Return the two rates; nothing where nobody was asked openly."""
    head, body = rates_table(records)
    if not body:
        return []
    table = text_table("Open answers about whole photos", head, body)
    return [
        Section("Refusals and disclosures, by fame", [tag("p", _SAID), table], "rates", "Refusals")
    ]


def rates_table(records: Sequence[Record]) -> Rows:
    """Return a row per face and stratum of fame: refused, right and wrong, beside controls."""
    told = [r for r in records if (r.name, r.statistic) == (NAME, "disclosure")
            and not r.group.startswith("control=")]  # fmt: skip
    face, body = faces(records), []
    for own in told:
        here: dict[str, Any] = {"defense": own.defense, "group": own.group}
        fame = f",{own.group}" if own.group else ""
        controls: list[dict[str, Any]] = [
            {"defense": own.defense, "group": f"control=shuffled_names{fame}"},
            {"group": f"control=no_image{fame}"},
        ]
        gaps = [f"{own.group},above={c}" if own.group else f"above={c}"
                for c in ("shuffled_names", "no_image")]  # fmt: skip
        body.append([
            face[own.defense], own.group.removeprefix("fame=") or "everybody",
            *(_one(records, name=NAME, statistic=s, **here)
              for s in ("refusal", "disclosure", "guess")),
            *(_one(records, name=NAME, statistic="disclosure", **where) for where in controls),
            *(_one(records, name=GAP, defense=own.defense, group=gap, sign=True) for gap in gaps),
        ])  # fmt: skip
    return ["face", "fame", "refused", "of answers: right", "of answers: wrong",
            "right, names shuffled", "right, no picture", "right, above shuffled",
            "right, above no picture"], body  # fmt: skip


def _one(records: Sequence[Record], *, sign: bool = False, **wanted: Any) -> str:
    found = find(records, **wanted)
    return cell(found[0], sign=sign) if found else ""
