"""A plain HTML report, made from records alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from unmask.defenses.atomic import write_text

from .frontier import plot_frontier
from .records import Record, find, read_records
from .summary import Row, rows, write_summary
from .table import caption

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child, td.text { text-align: left; }
td.bad { color: #a40000; } img { max-width: 100%; } .wide { overflow-x: auto; }
"""


def write_report(folder: Path, notes: Sequence[str] = ()) -> Path:
    """Write `summary.csv`, `frontier.png` and `report.html` of a run folder.

    Args:
        folder: holds `records.jsonl`.
        notes: what the reader must know about the data.

    Returns:
        The path of the report.

    Raises:
        ValueError: the folder holds no readable records.
    """
    source = folder / "records.jsonl"
    if not source.is_file():
        raise ValueError(f"{folder} holds no records.jsonl; is it a run folder?")
    records = read_records(source)
    write_summary(folder / "summary.csv", records)
    plot_frontier(folder / "frontier.png", records)
    picture = base64.b64encode((folder / "frontier.png").read_bytes()).decode()
    path = folder / "report.html"
    write_text(path, _page(records, picture, notes))
    return path


def _page(records: Sequence[Record], picture: str, notes: Sequence[str]) -> str:
    found = sorted(rows(records), key=lambda row: -(row.worst.value or 0.0))
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>unmask report</title>",
        f"<style>{STYLE}</style><h1>How much identity still leaks</h1>",
        f"<p>{escape(caption(found))}. Intervals are 95 %, resampled by person.</p>",
        _overview(found),
        f'<img alt="leakage against utility" src="data:image/png;base64,{picture}">',
        "<h2>Every attacker</h2><p>Rank-1, and rank-5 in brackets. An attacker that failed its "
        "certificate is marked: its figure says nothing about the defense.</p>",
        _attackers(records, found),
        "<h2>What became of the photos</h2>",
        _outcomes(records, found),
    ]
    unmeasured = sorted({(r.name, r.reason) for r in records if r.status == "unavailable"})
    listed = [f"{name}: not measured. {reason}" for name, reason in unmeasured] + list(notes)
    if listed:
        items = "".join(f"<li>{escape(item)}" for item in listed)
        parts.append(f"<h2>Notes</h2><ul>{items}</ul>")
    return "\n".join(parts) + "\n"


def _overview(found: Sequence[Row]) -> str:
    metrics = sorted({name for row in found for name in row.utilities})
    head = ["defense", "leakage", "95 %", "worst attacker", "naive", *metrics]
    body = []
    for row in found:
        worst = row.worst
        if row.valid:
            cells = [f"{worst.value:.3f}", f"{worst.low:.3f} to {worst.high:.3f}", row.attacker]
        else:
            cells = [f"!{worst.reason}", "", ""]
        naive = row.naive.value if row.naive else None
        body.append(
            [row.defense, *cells, _number(naive)]
            + [_number(row.utilities[m].value if m in row.utilities else None) for m in metrics]
        )
    return html_table(head, body)


def _attackers(records: Sequence[Record], found: Sequence[Row]) -> str:
    leakage = [r for r in records if r.kind == "leakage" and r.name != "worst" and not r.group]
    keys = list(dict.fromkeys((r.name, r.recognizer) for r in leakage))
    body = []
    for row in found:
        cells = [row.defense]
        for name, recognizer in keys:
            mine = find(leakage, defense=row.defense, name=name, recognizer=recognizer)
            figures = {r.statistic: r for r in mine}
            first, fifth = figures.get("rank1"), figures.get("rank5")
            if first is None or first.value is None:
                cells.append("!" + (first.status if first else "missing"))
                continue
            text = f"{first.value:.2f}" + (f" ({fifth.value:.2f})" if fifth else "")
            cells.append(f"!{text} invalid" if first.status != "ok" else text)
        body.append(cells)
    head = ["defense", *(f"{name} {recognizer}".strip() for name, recognizer in keys)]
    reasons = sorted({(r.name, r.reason) for r in leakage if r.reason and r.status == "invalid"})
    listed = "".join(f"<li>{escape(name)}: {escape(reason)}" for name, reason in reasons)
    return html_table(head, body) + (f"<ul>{listed}</ul>" if listed else "")


def _outcomes(records: Sequence[Record], found: Sequence[Row]) -> str:
    names = sorted({record.name for record in find(records, kind="outcome")})
    body = []
    for row in found:
        mine = {r.name: r for r in find(records, kind="outcome", defense=row.defense)}
        body.append([row.defense, *(_number(mine[n].value if n in mine else 0.0) for n in names)])
    told = [f"{r.defense}: {r.reason}" for r in find(records, kind="outcome") if r.reason]
    listed = "".join(f"<li>{escape(text)}" for text in told)
    return html_table(["defense", *names], body) + (f"<ul>{listed}</ul>" if listed else "")


def html_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table; a cell that begins with `!` is marked as bad."""
    top = "".join(f"<th>{escape(cell)}" for cell in head)
    lines = []
    for cells in body:
        marked = (
            f"<td class=bad>{escape(cell[1:])}" if cell.startswith("!") else f"<td>{escape(cell)}"
            for cell in cells
        )
        lines.append("<tr>" + "".join(marked))
    return f'<div class="wide"><table><tr>{top}{"".join(lines)}</table></div>'


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
