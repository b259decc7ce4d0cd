"""The tables of an audit, made from its records alone; for page, terminal and notebook."""

from __future__ import annotations

from collections.abc import Sequence

from ...results.records import Record, find
from ...results.shown import shown_names
from ...vlm.names import BINS
from ..reached import MARGIN, reached
from ..strengths import ladders

Rows = tuple[list[str], list[list[str]]]  # a head, and rows of as many cells


def main_table(records: Sequence[Record]) -> Rows:
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
    whole = [r for r in records if r.kind == "leakage" and not r.group
             and r.status in ("ok", "at least") and r.name.startswith("named/")]  # fmt: skip
    used = [c for c in columns if find(whole, name=c[1], statistic=c[2])]
    head = ["face"]
    for title, name, statistic in used:
        chance = find(whole, name=name, statistic=statistic)[0].chance
        head.append(f"{title} (chance {chance:.3g})" if chance is not None else title)
    body, face = [], faces(records)
    for spec in dict.fromkeys(r.defense for r in whole):
        cells = [find(whole, defense=spec, name=n, statistic=s) for _, n, s in used]
        body.append([face[spec], *(cell(c[0]) if c else "!missing" for c in cells)])
    return head, body


def reached_table(records: Sequence[Record]) -> Rows:
    """Return from which strength on each measure is at each control."""
    steps = {ladder.name: ladder for ladder in ladders(records)}
    body = [
        [r.family, r.measure.removeprefix("named/"), r.control.replace("_", " "),
         *((steps[r.family].label(spec) or "as it is") if spec else "none tried"
           for spec in (r.alike, r.shown))]
        for r in reached(records)
    ]  # fmt: skip
    return [
        "defense",
        "measure",
        "control",
        "not told apart from",
        f"within {MARGIN:g} from",
    ], body


def difference_table(records: Sequence[Record]) -> Rows:
    """Return how far each measure is above each control."""
    gaps = [r for r in records if r.kind == "difference" and r.name.startswith("named/")
            and r.group.startswith("above=")]  # fmt: skip
    controls = list(dict.fromkeys(r.group for r in gaps))
    body, face = [], faces(records)
    for spec in dict.fromkeys(r.defense for r in gaps):
        for name in dict.fromkeys(r.name for r in gaps):
            cells = [find(gaps, defense=spec, name=name, group=group) for group in controls]
            body.append([face[spec], name.removeprefix("named/"),
                         *(cell(c[0], sign=True) if c else "" for c in cells)])  # fmt: skip
    heads = [group.removeprefix("above=").replace("_", " ") for group in controls]
    return ["face", "measure", *heads], body


def prompt_table(records: Sequence[Record]) -> Rows:
    """Return the four bins of every prompt; they sum to one."""
    open_ = [r for r in records if r.kind == "leakage" and not r.group
             and r.name.startswith("named/open/") and r.name != "named/open/any"]  # fmt: skip
    body, face = [], faces(records)
    for spec in dict.fromkeys(r.defense for r in open_):
        for name in dict.fromkeys(r.name for r in open_):
            cells = [find(open_, defense=spec, name=name, statistic=bin_) for bin_ in BINS]
            body.append([face[spec], name.removeprefix("named/open/"),
                         *(cell(c[0]) if c else "" for c in cells)])  # fmt: skip
    return ["face", "prompt", *(name.replace("_", " ") for name in BINS)], body


def group_table(records: Sequence[Record], kind: str) -> Rows:
    """Return the main measures of subgroups, contexts or controls."""
    names = [("named/open", "right"), ("named/forced", "rank1"),
             ("named/forced_calibrated", "rank1"), ("named/yes_no", "margin"),
             ("named/votes", "rank1")]  # fmt: skip
    mine = [r for r in records if r.kind == "leakage" and r.group.startswith(kind)
            and r.status == "ok" and (r.name, r.statistic) in names]  # fmt: skip
    used = [n for n in names if find(mine, name=n[0], statistic=n[1])]
    body, face = [], faces(records)
    for spec, group in dict.fromkeys((r.defense, r.group) for r in mine):
        cells = [find(mine, defense=spec, group=group, name=n, statistic=s) for n, s in used]
        body.append([face[spec], group.removeprefix(kind).replace("_", " "),
                     *(cell(c[0]) if c else "" for c in cells)])  # fmt: skip
    return ["face", kind.rstrip("="), *(n.removeprefix("named/") for n, _ in used)], body


def outcome_table(records: Sequence[Record]) -> Rows:
    """Return what became of the photos of each defense."""
    face = faces(records)
    body = [[face[r.defense], r.name, f"{r.value:.3f}"] for r in records if r.kind == "outcome"]
    return ["defense", "outcome", "share"], body


def faces(records: Sequence[Record]) -> dict[str, str]:
    """Return what the faces of a defense are called, by its spec."""
    return shown_names(records) | {"none": "clean"}


def cell(record: Record, *, sign: bool = False) -> str:
    """Return a figure with its interval, or why there is none."""
    if record.value is None:
        return f"!{record.status}"
    form = "+.3f" if sign else ".3f"
    if record.low is None or record.high is None:
        return f"{record.value:{form}}"
    if record.status == "at least":
        return f"!at least {record.value:{form}} (from {record.low:{form}})"
    return f"{record.value:{form}} ({record.low:{form}} to {record.high:{form}})"
