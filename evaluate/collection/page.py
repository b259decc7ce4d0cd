"""The page of many runs: one section for each group of comparable ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..pages.facts import items
from ..pages.shell import Section, page
from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..report.cells import figure, plain
from ..report.matrix import matrix
from ..report.page import FOOTER
from ..report.reading import Run, heading
from ..report.side_by_side import common_plane, told_apart
from ..results.questions import QUESTIONS
from ..results.table import caption
from .collected import Collection
from .groups import Group, Placed
from .words import about, cautions, runs_of, title

_GROUPS = (
    "Figures stand in one table only where they came about under the same terms: the same photos, "
    "people, budget, seed, attackers, face models and code. Those of different tables are not "
    "comparable. A leakage marked >= is a lower bound and has no rank; one without a figure "
    "comes first, for nobody knows what leaks there."
)


def write_page(found: Collection, out: Path) -> Path:
    """Write the page of many runs.

    Args:
        found: all of them.
        out: the page.
    """
    write_text(out, collection_page(found))
    return out


def collection_page(found: Collection) -> str:
    """Return the page of many runs."""
    groups = found.groups
    count = f"{len(found.entries)} runs in {len(groups)} groups."
    lead = [tag("p", count, class_="lead"), _GROUPS]
    if found.said:
        lead.append(tag("ul", *(tag("li", line) for line in found.said), class_="bad"))
    sections = [part for number, group in enumerate(groups) for part in _group(group, number)]
    return page("unmask: many runs", lead, sections, footer=[FOOTER])


def _group(group: Group, number: int) -> Iterator[Section]:
    name, key = title(group), f"group{number}"
    runs = told_apart([entry.as_run() for entry in group.entries])
    parts: list[str] = [items([about(group), *runs_of(group)])]
    if warned := cautions(group):
        parts.append(tag("ul", *(tag("li", line) for line in warned), class_="bad"))
    parts += [_table(group), f"{caption(group.rows)}. Intervals are 95 %."]
    yield Section(name, [*parts, *common_plane(runs), *_attackers(runs)], key)


def _attackers(runs: Sequence[Run]) -> list[Html]:
    """Return what every attacker reached, run by run, folded."""
    return [
        tag("details", tag("summary", f"Every attacker: {run.name}"),
            *(part if isinstance(part, Html) else tag("p", part) for part in matrix(run)))
        for run in runs
    ]  # fmt: skip


def _table(group: Group) -> Html:
    rows, many = group.rows, len(group.entries) > 1
    metrics = list(dict.fromkeys(m for e in group.entries for m in e.as_run().metrics))
    asked = [name for name, question in QUESTIONS.items() if question.drop is not None
             and any(name in row.others for row in rows)]  # fmt: skip
    head: list[Heading | str] = [
        "defense",
        *([Heading("run")] if many else []),
        Heading("rank", "less", says="among the defenses of its run; ties are equal"),
        Heading("leakage", "less", says="highest rank-1 over all attackers, 95 % interval"),
        "worst attacker",
        Heading("naive", "less", says="rank-1 of a recognizer that does not know the defense"),
        *(Heading(name, says=QUESTIONS[name].said) for name in asked),
        *(Heading(heading(metric)) for metric in metrics),
    ]  # fmt: skip
    body = [_line(placed, asked, metrics, many=many) for placed in group.placed]
    return sortable_table("Every defense; press a heading to sort by it", head, body)


def _line(placed: Placed, asked: Sequence[str], metrics: Sequence[str], *, many: bool
          ) -> list[Cell | str]:  # fmt: skip
    row = placed.row
    worst = figure(row.worst)
    if not row.measured:
        worst = Cell(worst.text, None, True, row.worst.reason)
    rank = Cell(placed.rank or "-", row.rank if placed.rank else None)
    return [
        row.shown,
        *([Cell(str(placed.run), placed.run)] if many else []),
        rank, worst, row.attacker if row.measured else "", plain(row.naive),
        *(plain(row.others.get(name)) for name in asked),
        *(plain(row.utilities.get(metric)) for metric in metrics),
    ]  # fmt: skip
