"""Where the leak sits: the photo, the face alone, its context alone."""

from __future__ import annotations

from ..pages.facts import items
from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html
from ..results.records import AND, find
from ..results.summary import attacker_of
from .cells import figure
from .reading import Run

WORDS = Html(
    "<p>Attackers are shown each photo three ways, gallery and probes alike. <b>Photo</b>: all of "
    "it, and each part by itself: the leakage of the table above. <b>Face</b>: only what lies in "
    "the region that the defense may change, brought to one shape and size, so that the outline "
    "tells nothing: what the defended face itself gives away. <b>Context</b>: the clean photo "
    "with that region blanked: hair, clothes, room, and how large the face is and where: what no "
    "defense of this region can prevent. <b>Photo minus context</b> is paired, photo by photo: "
    "what a perfect defense of the region would have prevented. Of a defense that draws, face is "
    "looked at in one release. Of another program nobody knows the region: a usual ellipse is "
    "taken.</p>"
)


def views(run: Run) -> list[str]:
    """Return the three figures of each defense, if the run has them."""
    body: list[list[Cell | str]] = []
    reasons: list[str] = []
    for row in run.rows:
        mine = find(run.records, defense=row.defense, group="")
        parts = {r.name: r for r in mine if r.kind == "leakage" and r.name in ("face", "context")}
        if not parts:
            continue
        gap = next(iter(find(mine, kind="difference", name="context")), None)
        who = attacker_of(parts["face"]) if "face" in parts else ""
        cells = [figure(row.worst), figure(parts.get("face")), figure(parts.get("context"))]
        body.append([row.shown, *cells, figure(gap), who])
        reasons += [
            f"{row.shown}, {r.name}: {r.reason.replace(AND, '; ')}"
            for r in parts.values()
            if r.reason
        ]
    if not body:
        return []
    head: list[Heading | str] = ["defense", Heading("photo", "less"), Heading("face", "less"),
            Heading("context"), Heading("photo minus context", "less"),
            "attacker of the face"]  # fmt: skip
    table = sortable_table("Leakage of the photo, of the face and of its context", head, body)
    return [WORDS, table, *([items(reasons)] if reasons else [])]
