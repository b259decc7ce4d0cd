"""The report of an audit, made from its records alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ..results.markup import html_table, page_head
from ..results.records import Record, find, read_records
from ..results.shown import shown_names
from ..vlm.names import BINS
from .curve import MARGIN, plot, reached, told

LIMITS = (
    "A name that is printed in the picture (a caption, a jersey, a badge) is not looked for: a "
    "model that reads it counts as naming the person.",
    "A refusal is not privacy: a model that will not say a name may know it. Read the forced "
    "choice beside it, which leaves no way to refuse.",
    "A model that names nobody here may do so when asked differently, or after more training.",
    "Right names are matched as whole words, with aliases, initials and surnames; wrong names "
    "of people outside the audit are told by their capitals and are less sure.",
    "The context is everything outside a box around the head. Hair belongs to the head and "
    "stays when the face is masked.",
    "A masked face is unlike anything most models have seen, so that control also measures "
    "surprise.",
    "Who is famous enough to be known differs between models and over time; figures hold for "
    "these people, photos and prompts.",
    "The questions are our own. No figure here reproduces one of arXiv 2408.01228, whose "
    "prompts and tables were not used; template votes follow the idea of arXiv 2209.07341.",
)


def write_page(folder: Path, notes: Sequence[str] = ()) -> Path:
    """Write `curve.png` and `report.html` of a run folder; return the page's path."""
    records = read_records(folder / "records.jsonl")
    plot(folder / "curve.png", records)
    picture = base64.b64encode((folder / "curve.png").read_bytes()).decode()
    missing = [r for r in records if r.status == "unavailable"]
    model, data = records[0].recognizer, records[0].dataset
    parts = [
        page_head("unmask audit"),
        "<h1>Does the model still name the person?</h1>",
        f"<p>{escape(model)} on {escape(data)}. Intervals are 95 %, resampled by person.</p>",
        html_table(*main_table(records)),
        f'<img alt="leakage over strength" src="data:image/png;base64,{picture}">',
        "<h2>From which strength on is it at a control?</h2><p>Not told apart: the interval of "
        "the difference on the same photos holds 0 there and at every stronger setting; with few "
        f"people that says little. Within {MARGIN:g}: its upper end is no higher, which takes "
        "about 70 people to show.</p>",
        html_table(*reached_table(records)),
        "<h2>Above the controls</h2>", html_table(*difference_table(records)),
        "<h2>Open answers by prompt</h2>", html_table(*prompt_table(records)),
    ]  # fmt: skip
    for title, kind in (("Context", "context="), ("Fame", "fame="), ("Controls", "control=")):
        head, body = group_table(records, kind)
        if body:
            parts += [f"<h2>{title}</h2>", html_table(head, body)]
    outcomes = [r for r in records if r.kind == "outcome"]
    if outcomes:
        face = _faces(records)
        body = [[face[r.defense], r.name, f"{r.value:.3f}"] for r in outcomes]
        parts += ["<h2>What became of the photos</h2>",
                  html_table(["defense", "outcome", "share"], body)]  # fmt: skip
    listed = [f"{r.name} {r.group}: not measured. {r.reason}" for r in missing]
    listed += sorted({f"{r.name}: {r.reason}" for r in records if r.reason and r.status == "ok"})
    parts += ["<h2>Notes</h2>", _items([*listed, *notes])] if listed or notes else []
    parts += ["<h2>What this does not show</h2>", _items(LIMITS)]
    path = folder / "report.html"
    write_text(path, "\n".join(parts) + "\n")
    return path


def main_table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return a head and one row per defense, whole photos and everybody."""
    columns = [
        ("open: right", "named/open", "right"), ("wrong", "named/open", "wrong"),
        ("refusal", "named/open", "refusal"), ("no name", "named/open", "no_name"),
        ("right to any prompt", "named/open/any", "right"),
        ("forced choice", "named/forced", "rank1"),
        ("less the prior", "named/forced_calibrated", "rank1"),
        ("yes or no", "named/yes_no", "accuracy"), ("yes likelier", "named/yes_no", "margin"),
        ("votes", "named/votes", "rank1"), ("votes, by person", "named/votes", "person"),
    ]  # fmt: skip
    whole = [r for r in records if r.kind == "leakage" and not r.group and r.status == "ok"]
    used = [c for c in columns if find(whole, name=c[1], statistic=c[2])]
    head = ["face"]
    for title, name, statistic in used:
        chance = find(whole, name=name, statistic=statistic)[0].chance
        head.append(f"{title} (chance {chance:.3g})" if chance is not None else title)
    body, face = [], _faces(records)
    for spec in dict.fromkeys(r.defense for r in whole):
        cells = [find(whole, defense=spec, name=n, statistic=s) for _, n, s in used]
        body.append([face[spec], *(_told(c[0]) if c else "!missing" for c in cells)])
    return head, body


def reached_table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return from which strength on each measure is at each control."""
    body = [
        [r.family, r.measure.removeprefix("named/"), r.control.replace("_", " "),
         *(told(spec) if spec else "at none that was tried" for spec in (r.alike, r.shown))]
        for r in reached(records)
    ]  # fmt: skip
    return [
        "defense",
        "measure",
        "control",
        "not told apart from",
        f"within {MARGIN:g} from",
    ], body


def difference_table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return how far each measure is above each control."""
    gaps = [r for r in records if r.kind == "difference"]
    controls = list(dict.fromkeys(r.group for r in gaps))
    body, face = [], _faces(records)
    for spec in dict.fromkeys(r.defense for r in gaps):
        for name in dict.fromkeys(r.name for r in gaps):
            cells = [find(gaps, defense=spec, name=name, group=group) for group in controls]
            body.append([face[spec], name.removeprefix("named/"),
                         *(_told(c[0], sign=True) if c else "" for c in cells)])  # fmt: skip
    heads = [group.removeprefix("above=").replace("_", " ") for group in controls]
    return ["face", "measure", *heads], body


def prompt_table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return the four bins of every prompt; they sum to one."""
    open_ = [r for r in records if r.kind == "leakage" and not r.group
             and r.name.startswith("named/open/") and r.name != "named/open/any"]  # fmt: skip
    body, face = [], _faces(records)
    for spec in dict.fromkeys(r.defense for r in open_):
        for name in dict.fromkeys(r.name for r in open_):
            cells = [find(open_, defense=spec, name=name, statistic=bin_) for bin_ in BINS]
            body.append([face[spec], name.removeprefix("named/open/"),
                         *(_told(c[0]) if c else "" for c in cells)])  # fmt: skip
    return ["face", "prompt", *(name.replace("_", " ") for name in BINS)], body


def group_table(records: Sequence[Record], kind: str) -> tuple[list[str], list[list[str]]]:
    """Return the main measures of subgroups, contexts or controls."""
    names = [("named/open", "right"), ("named/forced", "rank1"),
             ("named/forced_calibrated", "rank1"), ("named/yes_no", "margin"),
             ("named/votes", "rank1")]  # fmt: skip
    mine = [r for r in records if r.kind == "leakage" and r.group.startswith(kind)
            and r.status == "ok"]  # fmt: skip
    used = [n for n in names if find(mine, name=n[0], statistic=n[1])]
    body, face = [], _faces(records)
    for spec, group in dict.fromkeys((r.defense, r.group) for r in mine):
        cells = [find(mine, defense=spec, group=group, name=n, statistic=s) for n, s in used]
        body.append([face[spec], group.removeprefix(kind).replace("_", " "),
                     *(_told(c[0]) if c else "" for c in cells)])  # fmt: skip
    return ["face", kind.rstrip("="), *(n.removeprefix("named/") for n, _ in used)], body


def _faces(records: Sequence[Record]) -> dict[str, str]:
    """Return what the faces of a defense are called, by its spec."""
    return shown_names(records) | {"none": "clean"}


def _told(record: Record, *, sign: bool = False) -> str:
    if record.value is None:
        return f"!{record.status}"
    form = "+.3f" if sign else ".3f"
    return f"{record.value:{form}} ({record.low:{form}} to {record.high:{form}})"


def _items(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}" for text in texts) + "</ul>"
