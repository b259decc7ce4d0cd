"""The report of an audit, made from its records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unmask.defenses.files.atomic import write_text

from ..pages.facts import facts, items
from ..pages.shell import Section, page
from ..pages.table import text_table
from ..pages.tags import Html, tag
from ..results.origin import config_of, provenance
from ..results.records import Record, find, read_records
from ..results.shown import shown_names
from ..vlm.names import BINS
from .charts import curves
from .curve import MARGIN, plot, reached, told
from .verdict import verdict

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
    config = config_of(folder)
    plot(folder / "curve.png", records)
    path = folder / "report.html"
    write_text(path, audit_page(records, config, notes or config.get("notes", ())))
    return path


def audit_page(
    records: Sequence[Record], config: Mapping[str, Any], notes: Sequence[str] = ()
) -> str:
    """Return the page.

    Args:
        records: of the audit.
        config: what the run folder holds in `config.json`.
        notes: what must be known.
    """
    first, *others = verdict(records)
    model, data = records[0].recognizer, records[0].dataset
    return page(
        "Does the model still name the person?",
        [
            tag("p", first, class_="verdict"), items(others),
            f"{model} on {data}. Intervals are 95 %, resampled by person.",
        ],
        [
            Section("Names over strength", curves(records), "curve", "Strength"),
            Section("All measures", [text_table("Whole photos, everybody", *main_table(records))],
                    "measures", "Measures"),
            Section("From which strength on is it at a control?", _reached(records), "reached",
                    "Controls reached"),
            Section("In detail", _tables(
                ("How far each measure is above each control", difference_table(records)),
                ("Open answers by prompt, in four bins", prompt_table(records)),
                *((f"By {kind}", group_table(records, f"{kind}="))
                  for kind in ("context", "fame", "control")),
                ("What became of the photos", _outcome_table(records))), "detail", "Detail"),
            Section("To be known", [items(found)] if (found := _listed(records, notes)) else [],
                    "notes", "Notes"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from",
                    [facts(provenance(config, model=model, asked=str(config.get("asked", ""))))],
                    "origin", "Origin"),
        ],
    )  # fmt: skip


def _tables(*told: tuple[str, tuple[list[str], list[list[str]]]]) -> list[Html]:
    """Return tables that are folded away: whoever needs them opens them."""
    return [
        tag("details", tag("summary", caption), text_table(caption, head, body))
        for caption, (head, body) in told if body
    ]  # fmt: skip


def _reached(records: Sequence[Record]) -> list[Html]:
    tables = _tables(("The weakest setting from which on it holds", reached_table(records)))
    said = (
        "Not told apart: the interval of the difference on the same photos holds 0 there and at "
        f"every stronger setting; with few people that says little. Within {MARGIN:g}: its upper "
        "end is no higher, which takes about 70 people to show."
    )
    return [tag("p", said), *tables] if tables else []


def _outcome_table(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    face = _faces(records)
    body = [[face[r.defense], r.name, f"{r.value:.3f}"] for r in records if r.kind == "outcome"]
    return ["defense", "outcome", "share"], body


def _listed(records: Sequence[Record], notes: Sequence[str]) -> list[str]:
    missing = [r for r in records if r.status == "unavailable"]
    listed = [f"{r.name} {r.group}: not measured. {r.reason}" for r in missing]
    listed += sorted({f"{r.name}: {r.reason}" for r in records if r.reason and r.status == "ok"})
    return [*listed, *notes]


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
