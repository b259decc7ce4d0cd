"""Where the leak sits, as the report says it: photo, face, context."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .markup import html_table
from .records import AND, Record, find
from .summary import Row, attacker_of
from .table import MISSING, interval, printed

WORDS = (
    "Attackers are shown each photo three ways, gallery and probes alike. <b>Photo</b>: all of "
    "it, the leakage of the table above. <b>Face</b>: only what lies in the region that the "
    "defense may change, brought to one shape and size, so that the outline tells nothing: what "
    "the defended face itself gives away. <b>Context</b>: the clean photo with that region "
    "blanked: hair, clothes, room, and how large the face is and where: what no defense of this "
    "region can prevent. <b>Photo minus context</b> is paired, photo by photo: what a perfect "
    "defense of the region would have prevented. Of a defense that draws, face is looked at in "
    "one release. Of another program nobody knows the region: a usual ellipse is taken."
)


def where(records: Sequence[Record], found: Sequence[Row]) -> list[str]:
    """Return the three figures of each defense, if the run has them."""
    body, reasons = [], []
    for row in found:
        mine = find(records, defense=row.defense, group="")
        parts = {r.name: r for r in mine if r.kind == "leakage" and r.name in ("face", "context")}
        if not parts:
            continue
        gap = next(iter(find(mine, kind="difference", name="context")), None)
        cells = [_figure(row.worst)]
        cells += [_figure(parts[name]) if name in parts else "" for name in ("face", "context")]
        cells += [
            _figure(gap) if gap else "",
            attacker_of(parts["face"]) if "face" in parts else "",
        ]
        body.append([row.shown, *cells])
        reasons += [
            f"{row.shown}, {r.name}: {r.reason.replace(AND, '; ')}"
            for r in parts.values()
            if r.reason
        ]
    if not body:
        return []
    head = ["defense", "photo", "face", "context", "photo minus context", "attacker of the face"]
    items = "".join(f"<li>{escape(reason)}" for reason in reasons)
    listed = f"<ul>{items}</ul>" if items else ""
    return [
        f"<h2>Where does the leak sit?</h2><p>{WORDS}</p>", html_table(head, body), listed
    ]  # fmt: skip


def _figure(record: Record) -> str:
    if record.value is None:
        return MISSING
    bad = "!" if record.status == "at least" else ""
    return f"{bad}{printed(record, 3)} ({interval(record, 3, ' to ')})"
