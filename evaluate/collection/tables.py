"""Groups of runs as tables: columns of text, lines for a data frame, text for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..results.failures import remarks
from ..results.formats import Format, latex, markdown
from ..results.lines import as_dicts, summary_lines
from ..results.table import MISSING, Column, leakage_table, said_of
from .groups import Group
from .words import about, cautions, runs_of, title


def columns_of(group: Group) -> list[Column]:
    """Return the columns of a group's table: as of one run, each rank with what it is among."""
    placed = group.placed
    columns = [
        replace(column, cells=[p.rank or MISSING for p in placed])
        if column.heading == "rank" else column
        for column in leakage_table(group.rows)
    ]  # fmt: skip
    if len(group.entries) > 1:
        columns.insert(2, Column("run", [str(p.run) for p in placed]))
    return columns


def heading_of(group: Group, groups: Sequence[Group]) -> str:
    """Return what stands above a group's table."""
    alone = sum(one.terms.dataset == group.terms.dataset for one in groups) == 1
    return f"{title(group, alone)}: {about(group)}"


def said_below(group: Group) -> list[str]:
    """Return what must be known to read a group's table."""
    told = [remark for entry in group.entries for remark in remarks(entry.records)]
    return [said_of(group.rows), *dict.fromkeys(told), *runs_of(group), *cautions(group)]


def lines_of(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Return a line per defense and group, all with the same columns; None: not measured.

    The group comes first: lines of different groups are not comparable, whatever they say.
    """
    found = [(group, placed) for group in groups for placed in group.placed]
    cells = summary_lines([placed.row for _, placed in found])
    return [
        {**_where(group, placed.run - 1), **line, "rank": placed.rank}
        for (group, placed), line in zip(found, cells, strict=True)
    ]


def as_text(groups: Sequence[Group], form: Format) -> str:
    """Return groups as text for somebody else than the terminal.

    Args:
        groups: of a data set of runs.
        form: `json`, `csv`, `markdown` or `latex`; the last two have a table for each group.
    """
    if form == "json":
        return json.dumps([_told(group) for group in groups], indent=2)
    if form == "csv":
        lines = [{k: "" if v is None else f"{v:.6g}" if isinstance(v, float) else v
                  for k, v in line.items()} for line in lines_of(groups)]  # fmt: skip
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(lines[0])
        writer.writerows(line.values() for line in lines)
        return stream.getvalue().rstrip("\n")
    parts = []
    for group in groups:
        columns, heading = columns_of(group), heading_of(group, groups)
        below = ". ".join(said_below(group))
        if form == "markdown":
            parts.append(f"## {heading}\n\n{markdown(columns, below)}")
        else:
            parts.append(latex(columns, f"{heading}. {below}"))
    return "\n\n".join(parts)


def _where(group: Group, run: int) -> dict[str, Any]:
    entry, terms = group.entries[run], group.terms
    return {
        "dataset": terms.dataset, "group": group.name, "run": entry.run, "date": entry.date,
        "photos": terms.photos, "split": terms.split, "seed": terms.seed, "code": terms.code,
        "version": entry.version, "attackers": " ".join(terms.attackers),
        "models": " ".join(terms.models), "device": entry.device, "folds": terms.folds,
    }  # fmt: skip


def _told(group: Group) -> dict[str, Any]:
    of = [
        {**as_dict, "rank_among": ranked, "run": entry.run}
        for entry in group.entries
        for ranked in [sum(row.rank is not None for row in entry.rows)]
        for as_dict in as_dicts(entry.records)
    ]
    known = {(placed.row.shown, group.entries[placed.run - 1].run) for placed in group.placed}
    return {
        "dataset": group.terms.dataset, "group": group.name, "date": group.date,
        "terms": {k: list(v) if isinstance(v, tuple) else v
                  for k, v in group.terms._asdict().items()},
        "said": [*runs_of(group), *cautions(group)],
        "defenses": [line for line in of if (line["defense"], line["run"]) in known],
    }  # fmt: skip
