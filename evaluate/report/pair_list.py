"""A list of pairs: what papers on face recognition print, undefended and defended."""

from __future__ import annotations

from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.questions import PAIR_LIST, on_pairs
from ..results.records import AND, Record, find
from .cells import figure
from .reading import Run

_SAID = Html(
    "<p>Pairs of photos of a list are told to show one person or two, with a threshold that is "
    "chosen on all folds but one and used on that one, as in view 2 of Labeled Faces in the Wild "
    "(Huang et al., 2007). <b>Undefended</b> is the figure that papers on face recognition print; "
    "guessing reaches what is said last. Then the first photo of each pair is defended, with "
    "thresholds of somebody <b>unaware</b> of that (from undefended pairs) or of somebody who "
    "knows (from pairs defended alike), or <b>both</b> photos are. Nobody trains on defended "
    "pairs here, so more may be told than this; it is no part of leakage. Intervals are "
    "clustered by person.</p>"
)


def pair_list(run: Run) -> list[str]:
    """Return what is told about a list of pairs, a row for each defense and face model."""
    body: list[list[Cell | str]] = []
    notes: list[str] = []
    chance: float | None = None
    ways: dict[str, None] = {}
    for row in run.rows:
        records = find(run.records, defense=row.defense, group="")
        mine = [one for one in records if on_pairs(one)]
        looks: dict[str, dict[str, Record]] = {}
        for one in mine:
            way = one.name.partition("/")[2]
            look = one.recognizer or "grey pixels"
            looks.setdefault(look, {})[way.removeprefix("pixels, ")] = one
            chance = one.chance
        ways |= dict.fromkeys(way for told in looks.values() for way in told)
        body += [
            [row.shown, look, *(figure(told.get(way)) for way in ways)]
            for look, told in looks.items()
        ]
        notes += [
            note for one in find(records, name=PAIR_LIST) for note in one.reason.split(AND)[1:]
        ]
    if not body:
        return []
    head: list[Heading | str] = ["defense", "compared by", *(Heading(way, "less") for way in ways)]
    said = [*dict.fromkeys(notes), f"guessing reaches {chance:.3f}" if chance else ""]
    table = sortable_table("A list of pairs", head, body)
    return [_SAID, table, tag("p", "; ".join(filter(None, said)) + ".", class_="soft")]
