"""A plain HTML report, made from records alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from .frontier import plot_frontier
from .jsonfile import read_json
from .pairs import pair_attacks
from .records import AND, WEAK, Record, find, read_records
from .summary import Row, attacker_of, value_of, write_summary
from .table import METRICS, caption, interval, printed, sorted_rows

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1c1c1c; background: #fff; overflow-wrap: break-word; }
table { border-collapse: separate; border-spacing: 0; margin: 1rem 0;
  font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right;
  vertical-align: top; overflow-wrap: normal; }
td { white-space: nowrap; } td.bad { color: #a40000; white-space: normal; min-width: 6rem; }
th:first-child, td:first-child { text-align: left; white-space: normal; position: sticky; left: 0;
  background: #fff; border-right: 1px solid #ddd; overflow-wrap: break-word; max-width: 18rem; }
img { max-width: 100%; height: auto; } .wide { overflow-x: auto; }
@media (max-width: 40rem) { body { margin: 1rem auto; }
  th:first-child, td:first-child { max-width: 8.5rem; } }
"""


def page_head(title: str) -> str:
    """Return how every page of ours begins: one file, readable on a phone."""
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )


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
        *_linkage(records, found),
        *_groups(found),
        *_bounds(found),
        *_planted(records),
        "<h2>Every attacker</h2><p>Rank-1, and rank-5 in brackets; AUC for one that links photos "
        "and names nobody. An attacker that reads something else than pixels, or broke, is "
        "marked: its figure does not count.</p>",
        _attackers(records, found),
        "<h2>What became of the photos</h2>",
        _outcomes(records, found),
    ]
    listed = [*_unmeasured(records), *notes]
    if listed:
        items = "".join(f"<li>{escape(item)}" for item in listed)
        parts.append(f"<h2>Notes</h2><ul>{items}</ul>")
    return "\n".join(parts) + "\n"


def _overview(found: Sequence[Row]) -> str:
    names = sorted({name for row in found for name in row.utilities})
    names.sort(key=lambda name: [*METRICS, name].index(name))  # those of the terminal first
    metrics = [
        m for m in names if any(value_of(row.utilities.get(m)) is not None for row in found)
    ]
    linked = any(row.linkage for row in found)
    known = any(row.seed_known for row in found)
    head = ["defense", "rank", "leakage", "95 %", "worst attacker", "naive"]
    head[5:5] = ["seed known"] if known else []
    head += [*(["link"] if linked else []), *metrics]
    body = []
    for row in found:
        worst = row.worst
        if row.measured:
            bad = "!" if row.state == "at least" else ""
            cells = [bad + printed(row, 3), interval(worst, 3, " to "), row.attacker]
        else:
            cells = [f"!{worst.reason}", "", ""]
        if known:
            cells.append(_number(value_of(row.seed_known)) if row.seed_known else "")
        cells.append(_number(value_of(row.naive)))
        if linked:
            cells.append(_number(row.linkage.auc.value if row.linkage else None))
        figures = [_number(value_of(row.utilities.get(m))) for m in metrics]
        rank = "-" if row.rank is None else str(row.rank)
        body.append([row.shown, rank, *cells, *figures])
    return html_table(head, body)


def _linkage(records: Sequence[Record], found: Sequence[Row]) -> list[str]:
    """Return the figures of attackers that name nobody but link photos."""
    attacks = [(row, pair_attacks(find(records, defense=row.defense))) for row in found]
    statistics = dict.fromkeys(s for _, pairs in attacks for pair in pairs for s in pair.figures)
    shown = [s for s in statistics if s != "auc" and any(
        value_of(pair.figures.get(s)) is not None for _, pairs in attacks for pair in pairs
    )]  # fmt: skip
    body = []
    for row, pairs in attacks:
        for pair in pairs:
            auc = pair.auc
            bad = "!" if auc.status != "ok" else ""
            cells = [f"{bad}{_number(auc.value)}{' invalid' * (auc.status == 'invalid')}"]
            cells += [interval(auc, 3, " to ")]
            cells += [_number(value_of(pair.figures.get(s))) for s in shown]
            body.append([row.shown, pair.attacker, *cells])
    if not body:
        return []
    titles = [s.upper().replace("@FAR=", " at FAR ").replace("E-", "e-") for s in shown]
    head = ["defense", "attacker", "AUC", "95 %", *titles]
    return [
        "<h2>Can photos of one person be linked?</h2><p>Is it told of two defended photos that "
        "they show one person? Nobody is named, so this is no part of leakage. Guessing reaches "
        "AUC 0.5, EER 0.5, and a TAR as high as its FAR.</p>",
        html_table(head, body),
    ]


def _groups(found: Sequence[Row]) -> list[str]:
    """Return the worst case of every subgroup of people."""
    body = []
    for row in found:
        values = [group.value or 0.0 for group in row.groups]
        for group in row.groups:
            leaks = _number(group.value)
            worst = group.value is not None and min(values) < group.value == max(values)
            body.append(
                [row.shown, group.group, str(group.people), f"!{leaks} worst" if worst else leaks,
                 interval(group, 3, " to "), attacker_of(group)]
            )  # fmt: skip
    if not body:
        return []
    head = ["defense", "group", "people", "leakage", "95 %", "worst attacker"]
    return [
        "<h2>Does it protect some people less?</h2><p>Leakage of each group of people, who are "
        "sought among all. The group of a defense that leaks most is marked; with few people in "
        "it that may be chance.</p>",
        html_table(head, body),
    ]


def _bounds(found: Sequence[Row]) -> list[str]:
    """Say why rows hold lower bounds, each reason once."""
    why: dict[str, list[str]] = {}
    for row in found:
        if row.state == "at least":
            for reason in row.worst.reason.split(AND):
                why.setdefault(reason, []).append(row.shown)
    if not why:
        return []
    items = "".join(
        f"<li>{escape('all defenses' if len(names) == len(found) else ', '.join(names))}: "
        f"{escape(reason)}"
        for reason, names in why.items()
    )
    return [
        "<h2>Lower bounds</h2><p>A leakage marked &gt;= is what was reached; more may leak, and "
        f"it is below no limit.</p><ul>{items}</ul>"
    ]


def _planted(records: Sequence[Record]) -> list[str]:
    """Return what the attackers reached where the answer is known beforehand."""
    cases: dict[str, list[Record]] = {}
    for record in find(records, kind="planted"):
        cases.setdefault(record.group, []).append(record)
    body = []
    for case, asked in cases.items():
        known = [r for r in asked if r.value is not None and r.status == "ok"]
        best = max(known, key=lambda r: r.value or 0.0, default=None)
        who = f"{best.name} {best.recognizer}".strip() if best else ""
        others = len(asked) - 1
        body.append([case, asked[0].defense, _number(value_of(best)), who, str(others)])
    if not body:
        return []
    return [
        "<h2>Planted cases</h2><p>Photos in which a leak, or its absence (constant), is known. "
        "For a row to claim more than a lower bound, somebody must see each leak: 0.9 of what is "
        "reached on undefended photos. Nobody else is asked once a leak is seen.</p>",
        html_table(["case", "made by", "highest rank-1", "attacker", "others asked"], body),
    ]


def _attackers(records: Sequence[Record], found: Sequence[Row]) -> str:
    leakage = [r for r in records if r.kind == "leakage" and r.name != "worst" and not r.group]
    keys = list(dict.fromkeys((r.name, r.recognizer) for r in leakage))
    body = []
    for row in found:
        mine = find(leakage, defense=row.defense)
        body.append([row.shown, *(_reached(find(mine, name=n, recognizer=r)) for n, r in keys)])
    head = ["defense", *(f"{name} {recognizer}".strip() for name, recognizer in keys)]
    called = {row.defense: row.shown for row in found}
    marked = [r for r in leakage if r.status == "invalid" or r.reason.startswith(WEAK)]
    reasons: dict[str, dict[str, dict[str, None]]] = {r.name: {} for r in marked}
    for r in marked:
        reasons[r.name].setdefault(r.reason, {})[called.get(r.defense, r.defense)] = None
    listed = "".join(
        f"<li>{escape(name)}: {escape(reason)} ({escape(', '.join(where))})"
        for name, told in sorted(reasons.items())
        for reason, where in told.items()
    )
    return html_table(head, body) + (f"<ul>{listed}</ul>" if listed else "")


def _reached(attack: Sequence[Record]) -> str:
    """Return what one attacker reached against one defense."""
    figures = {record.statistic: record for record in attack}
    first = figures.get("rank1") or figures.get("auc")
    if first is None or first.value is None:
        return "!" + (first.status if first else "missing")
    fifth = value_of(figures.get("rank5"))
    text = "" if first.statistic == "rank1" else "AUC "
    text += f"{first.value:.2f}" + ("" if fifth is None else f" ({fifth:.2f})")
    return text if first.status == "ok" else f"!{text} invalid"


def _unmeasured(records: Sequence[Record]) -> list[str]:
    """Say what could not be measured: a line for each reason."""
    names: dict[str, dict[str, None]] = {}
    for record in records:
        if record.status == "unavailable":
            names.setdefault(record.reason, {})[record.name] = None
    return [f"{', '.join(who)}: not measured. {reason}" for reason, who in sorted(names.items())]


def _outcomes(records: Sequence[Record], found: Sequence[Row]) -> str:
    names = sorted({record.name for record in find(records, kind="outcome")})
    body = []
    for row in found:
        mine = {r.name: r for r in find(records, kind="outcome", defense=row.defense)}
        body.append([row.shown, *(_number(mine[n].value if n in mine else 0.0) for n in names)])
    called = {row.defense: row.shown for row in found}
    outcomes = [r for r in find(records, kind="outcome") if r.reason and r.defense in called]
    told = [f"{called[r.defense]}: {r.reason}" for r in outcomes]
    listed = "".join(f"<li>{escape(text)}" for text in told)
    return html_table(["defense", *names], body) + (f"<ul>{listed}</ul>" if listed else "")


def html_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """Return a table; a cell that begins with `!` is marked as bad."""
    top = "".join(f"<th>{escape(cell)}" for cell in head)
    lines = []
    for first, *others in body:
        marked = ["<td>" + re.sub("([:,])", r"\1<wbr>", escape(first))]  # a spec may break there
        marked += (
            f"<td class=bad>{escape(cell[1:])}" if cell.startswith("!") else f"<td>{escape(cell)}"
            for cell in others
        )
        lines.append("<tr>" + "".join(marked))
    return f'<div class="wide"><table><tr>{top}{"".join(lines)}</table></div>'


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
