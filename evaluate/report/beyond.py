"""More than one whole photo, one name: albums, line-ups, photos of anybody, the most exposed."""

from __future__ import annotations

from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html
from ..results.questions import DETAILED
from .cells import figure
from .reading import Run

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


def answers(run: Run) -> list[str]:
    """Return what albums, line-ups, an open set and the most exposed people give away."""
    asked = {
        statistic: record.name
        for name in DETAILED
        for row in run.rows
        for statistic, record in row.detailed.items()
        if record.name == name and record.value is not None
    }
    if not asked:
        return []
    body: list[list[Cell | str]] = [
        [row.shown, figure(row.worst), *(figure(row.detailed.get(s)) for s in asked)]
        for row in run.rows
    ]
    chances = [next(r.detailed[s] for r in run.rows if s in r.detailed).chance for s in asked]
    body.append(["guessing", *(_guessed(chance) for chance in (run.chance, *chances))])
    head: list[Heading | str] = ["defense", Heading("one photo", "less"),
            *(Heading(f"{asked[s]}: {s}", "more" if s.startswith("fnir") else "less")
              for s in asked)]  # fmt: skip
    told = [Html(f"<p>{text}</p>") for text in _SAID]
    return [*told, sortable_table("Albums, line-ups, photos of anybody", head, body)]


def _guessed(chance: float | None) -> Cell:
    return Cell("") if chance is None else Cell(f"{chance:.3f}", chance)
