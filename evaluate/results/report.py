"""A plain HTML report, made from records alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from .attributes import attribute_section
from .beyond import answers
from .ceiling import ceilings
from .frontier import plot_frontier
from .jsonfile import read_json
from .markup import html_table, number, page_head
from .questions import DETAILED, QUESTIONS
from .records import Record, read_records
from .sections import attackers, bounds, groups, linkage, outcomes, planted, unmeasured
from .summary import Row, value_of, write_summary
from .table import METRICS, caption, interval, other, printed, sorted_rows
from .where import where


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


def notes_of(folder: Path) -> list[str]:
    """Return what `config.json` of a run says about its data; none without that file.

    Raises:
        ValueError: it is damaged.
    """
    path = folder / "config.json"
    if not path.exists():
        return []
    config = read_json(path)
    notes = config.get("notes", []) if isinstance(config, dict) else None
    if not (isinstance(notes, list) and all(isinstance(note, str) for note in notes)):
        raise ValueError(
            f"{path} must hold an object with a list of texts as 'notes'; was it edited?"
        )
    return notes


def _page(records: Sequence[Record], picture: str, notes: Sequence[str]) -> str:
    found = sorted_rows(records)
    parts = [
        page_head("unmask report"),
        "<h1>How much identity still leaks</h1>",
        f"<p>{escape(caption(found))}. Intervals are 95 %, resampled by person.</p>",
        _overview(found),
        f'<img alt="leakage against utility" src="data:image/png;base64,{picture}">',
        *answers(found),
        *where(records, found),
        *linkage(records, found),
        *groups(found),
        *ceilings(found),
        *attribute_section(records),
        *bounds(found),
        *planted(records),
        "<h2>Every attacker</h2><p>Rank-1, and rank-5 in brackets; AUC for one that links photos "
        "and names nobody. An attacker that reads something else than pixels, or broke, is "
        "marked: its figure does not count. Where somebody named everybody, whoever could add "
        "nothing was not asked.</p>",
        attackers(records, found),
        "<h2>What became of the photos</h2>",
        outcomes(records, found),
    ]
    listed = [*unmeasured(records), *notes]
    if listed:
        items = "".join(f"<li>{escape(item)}" for item in listed)
        parts.append(f"<h2>Notes</h2><ul>{items}</ul>")
    return "\n".join(parts) + "\n"


def _called(question: str, found: Sequence[Row]) -> str:
    """Return a question with what is asked, where it is asked in several sizes."""
    if question not in DETAILED:
        return question
    first = next(row.others[question] for row in found if question in row.others)
    return f"{question}: {first.statistic.removesuffix('/person')}"


def _overview(found: Sequence[Row]) -> str:
    names = sorted({name for row in found for name in row.utilities})
    names.sort(key=lambda name: [*METRICS, name].index(name))  # those of the terminal first
    metrics = [
        m for m in names if any(value_of(row.utilities.get(m)) is not None for row in found)
    ]
    linked = any(row.linkage for row in found)
    asked = [name for name in QUESTIONS if any(name in row.others for row in found)]
    early = [name for name in asked if QUESTIONS[name].early]
    late = [name for name in asked if not QUESTIONS[name].early]
    head = ["defense", "rank", "leakage", "95 %", *(_called(name, found) for name in early),
            "worst attacker", *late, "naive"]  # fmt: skip
    head += [*(["link"] if linked else []), *metrics]
    body = []
    for row in found:
        worst = row.worst
        if row.measured:
            bad = "!" if row.state == "at least" else ""
            cells = [bad + printed(worst, 3), interval(worst, 3, " to ")]
        else:
            cells = [f"!{worst.reason}", ""]
        cells += [other(row, name, 3) for name in early]
        cells.append(row.attacker if row.measured else "")
        cells += [other(row, name, 3) for name in late]
        cells.append(number(value_of(row.naive)))
        if linked:
            cells.append(number(row.linkage.auc.value if row.linkage else None))
        figures = [number(value_of(row.utilities.get(m))) for m in metrics]
        rank = "-" if row.rank is None else str(row.rank)
        body.append([row.shown, rank, *cells, *figures])
    return html_table(head, body)
