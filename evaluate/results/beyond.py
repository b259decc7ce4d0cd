"""The part of the report about more than one whole photo, one name; from records alone."""

from __future__ import annotations

from collections.abc import Sequence

from .markup import html_table, number
from .questions import DETAILED
from .records import Record
from .summary import Row
from .table import interval, printed

_SAID = (
    "The same attacks, other questions. Each figure is the highest of all attacks, and for each "
    "question another one may be the best. What makes the leakage a lower bound makes these "
    "lower bounds too.",
    "<b>Albums</b>: so many defended photos, known to show one person, are named together "
    "(rank1@2, rank1@4, and all that there are). <b>Line-ups</b>: the person is sought among so "
    "few, the others drawn by lot; guessing reaches one in so many. <b>Open set</b>: whoever "
    "searches photos of anybody reports somebody for a given share of strangers (FPIR, as in "
    "NIST's FRTE); then tpir is the share of known people who are found, fnir the share missed. "
    "<b>Exposed</b>: rank-1 of the tenth of people who are named most often (few photos of each "
    "make it too high rather than too low), and the share of people who are named on all photos.",
    "In the words of the Article 29 Working Party (opinion 05/2014, WP216): <i>linkability</i> "
    "is that records of one person can be told to be of one, here link, and leakage, album and "
    "line-up, which link to a gallery (a line-up without ties is the linkability of Vauquier et "
    "al., Interspeech 2025). <i>Singling out</i> is that records of one person can be isolated; "
    "the open set comes nearest to it. <i>Inference</i> of what a person is like is asked by none "
    "of these, so that a low leakage alone does not show data to be anonymous.",
)


def answers(found: Sequence[Row]) -> list[str]:
    """Return what albums, line-ups, an open set and the most exposed people give away."""
    asked = {
        statistic: record.name
        for name in DETAILED
        for row in found
        for statistic, record in row.detailed.items()
        if record.name == name and record.value is not None
    }
    if not asked:
        return []
    body = []
    for row in found:
        cells = [f"{printed(row.worst, 3)} {interval(row.worst, 3, ' to ')}".strip()]
        cells += [_cell(row.detailed.get(statistic)) for statistic in asked]
        body.append([row.shown, *cells])
    chances = {s: next(r.detailed[s] for r in found if s in r.detailed).chance for s in asked}
    guessed = [number(c) if c is not None else "" for c in chances.values()]
    worst = next((row.worst for row in found if row.measured), None)
    body.append(["guessing", number(worst.chance if worst else None), *guessed])
    head = ["defense", "one photo", *(f"{asked[s]}: {s}" for s in asked)]
    told = "".join(f"<p>{text}</p>" for text in _SAID)
    return [
        f"<h2>Albums, line-ups, photos of anybody</h2>{told}",
        html_table(head, body),
    ]


def _cell(record: Record | None) -> str:
    if record is None or record.value is None:
        return ""
    if record.statistic.startswith("fnir"):  # a lower bound of what leaks: at most so much missed
        bound = record.status == "at least"
        ends = f"?-{record.high:.3f}" if bound else interval(record, 3, " to ")
        return f"{'<= ' * bound}{record.value:.3f} {ends}"
    return f"{printed(record, 3)} {interval(record, 3, ' to ')}"
