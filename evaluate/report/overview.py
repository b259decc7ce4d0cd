"""The one table: every defense with every figure that people compare, sortable."""

from __future__ import annotations

from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..results.questions import QUESTIONS
from ..results.summary import Row
from ..results.table import caption
from .cells import figure, plain
from .reading import Run, heading


def overview(run: Run) -> list[str]:
    """Return one row per defense."""
    if not run.rows:
        return []
    linked = any(row.linkage for row in run.rows)
    asked = [name for name, question in QUESTIONS.items() if question.drop is not None
             and any(name in row.others for row in run.rows)]  # fmt: skip
    early = [name for name in asked if QUESTIONS[name].early]
    late = [name for name in asked if not QUESTIONS[name].early]
    head = [
        Heading("defense"),
        Heading("rank", "less", says="1 + the defenses that truly leak less; ties are equal"),
        Heading("leakage", "less", says="highest rank-1 over all attackers, 95 % interval"),
        Heading("worst attacker"),
        Heading("naive", "less", says="rank-1 of a recognizer that does not know the defense"),
        *(_asked(name) for name in early),
        *(Heading(heading(m), run.better(m), run.unit(m), run.meaning(m)) for m in run.metrics),
        *([Heading("link", "less", "AUC")] if linked else []),
        *(_asked(name) for name in late),
    ]
    body = [_line(run, row, early, late, linked) for row in run.rows]
    text = f"{caption(run.rows)}. Intervals are 95 %, resampled by person."
    return [text, sortable_table("Every defense; press a heading to sort by it", head, body)]


def _line(run: Run, row: Row, early: list[str], late: list[str], linked: bool
          ) -> list[Cell | str]:  # fmt: skip
    rank = Cell(MISSING) if row.rank is None else Cell(str(row.rank), row.rank)
    worst = figure(row.worst)
    if not row.measured:
        worst = Cell(worst.text, None, True, row.worst.reason)
    return [
        row.shown,
        rank,
        worst,
        row.attacker if row.measured else "",
        plain(row.naive),
        *(plain(row.others.get(name)) for name in early),
        *(plain(row.utilities.get(metric)) for metric in run.metrics),
        *([plain(row.linkage.auc if row.linkage else None)] if linked else []),
        *(plain(row.others.get(name)) for name in late),
    ]


def _asked(question: str) -> Heading:
    return Heading(question, "" if question == "context" else "less",
                   says=QUESTIONS[question].said)  # fmt: skip
