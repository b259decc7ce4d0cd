"""The page of a study: every model's verdict first, then figures side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from unmask.defenses.files.atomic import write_text

from ...pages.curve import Series, Step, curve
from ...pages.facts import facts, items
from ...pages.frame import Axis
from ...pages.shell import Section, page
from ...pages.table import MISSING, Cell, sortable_table
from ...pages.tags import Html, tag
from ...results.origin import config_of, provenance
from ...results.records import Record, find
from ...results.rounding import ends_of
from ..curve import SHOWN
from ..probes.base import Measure
from ..strengths import Ladder
from ..verdict import verdict
from ..views import CLEAN
from .cost import between, lasting
from .joined import Studied, alike
from .parts import Part
from .tables import (
    Column,
    context_table,
    ladders_of,
    measure_table,
    measures_of,
    records_at,
    title_of,
)

LIMITS = (
    "Models stand in the order of their file, which is no ranking. Two whose intervals overlap "
    "are not told apart here, and a table that is sorted by a figure does not change that.",
    "A model that does not know these people cannot name them: its low figures under a defense "
    "say nothing about the defense.",
    "A refusal is not privacy. Read the forced choice beside the open questions.",
    "Every model is asked in the same words; one that was trained on others may be at a "
    "disadvantage.",
    "The questions are our own. No figure here reproduces one of arXiv 2408.01228.",
)


def write_page(found: Studied) -> Path:
    """Write the page and return its path."""
    write_text(found.page, study_page(found))
    return found.page


def study_page(found: Studied) -> str:
    """Return the page."""
    config = config_of(found.folder)
    people, photos = len(config.get("people") or {}), _photos(found)
    measures = measures_of(found)
    notes = [*alike(found.parts, found.measured), *_devices(found), *config.get("notes", ())]
    return page(
        "Which models still name the person?",
        [
            tag("p", f"{len(found.measured)} of {len(found.parts)} models were measured on "
                f"{config.get('dataset', '')}: {people} people{photos}, all asked the same.",
                class_="verdict"),
            "Intervals are 95 %, resampled by person.",
        ],
        [
            Section("What each model comes to", [_verdicts(found)], "verdicts", "Verdicts"),
            Section("Names over strength", _charts(found, measures), "curves", "Strength"),
            Section("Side by side", _tables(found, measures, measure_table), "models",
                    "Side by side"),
            Section("Original, blurred, replaced, removed", [
                tag("p", "Everything outside the head is changed; the face is clean, or defended "
                    "as strongly as was tried."),
                *_tables(found, measures, context_table),
            ] if _has_contexts(found) else [], "contexts", "Contexts"),
            Section("What it took", [_cost_table(found)], "cost", "Cost"),
            Section("To be known", [items(notes)] if notes else [], "notes", "Notes"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from", [facts(provenance(
                config, models=", ".join(part.label for part in found.parts),
                asked=str(config.get("asked", ""))))], "origin", "Origin"),
        ],
    )  # fmt: skip


def _verdicts(found: Studied) -> Html:
    lines = []
    for part in found.parts:
        records = found.measured.get(part.label)
        if records is None:
            said = f"{part.label}: not measured: {found.missing[part.label]}"
            lines.append(tag("li", tag("span", said, class_="bad")))
            continue
        first, *others = verdict(records)
        link = tag("a", "its own report", href=f"{part.folder}/report.html")
        said = " ".join((first, *others))
        named = [] if part.label in first else [f"{part.label}: "]
        lines.append(tag("li", *named, said, " (", link, ")"))
    return tag("ul", *lines)


def _charts(found: Studied, measures: Sequence[Measure]) -> list[Html]:
    """Return a chart of each measure and defense; of names those that the audit draws, too."""
    shown = [one for one in measures if one.name in SHOWN or not one.name.startswith("named/")]
    drawn = [_chart(found, one, ladder) for one in shown for ladder in ladders_of(found)]
    return [tag("div", *(chart for chart in drawn if chart), class_="pair")] if drawn else []


def _chart(found: Studied, one: Measure, ladder: Ladder) -> Html:
    ticks = [(float(n), text) for n, text in enumerate(["clean", *ladder.ticks])]
    series, chance = [], set()
    for label, records in found.measured.items():
        known = [(place, r) for place, spec in enumerate((CLEAN, *ladder.specs))
                 for r in records_at(records, one, Column("", spec, ""))]  # fmt: skip
        chance |= {r.chance for _, r in known if r.chance}
        if known:
            series.append(Series(label, [_step(label, place, ticks[place][1], r)
                                         for place, r in known]))  # fmt: skip
    if not any(len(line.steps) > 1 for line in series):
        return Html()  # asked of clean photos alone
    title = f"{title_of(one)} under {ladder.name}"
    alone = f", {series[0].name} alone" if len(series) == 1 else ""  # one line has no label
    return curve(
        title,
        Axis(", ".join(filter(None, (ladder.name, ladder.parameter))) + ", weak to strong"),
        Axis("share of photos", "less" if one.kind == "leakage" else "more"), series,
        levels=[(min(chance), "chance")] if len(chance) == 1 else [], ticks=ticks,
        says=f"{title}{alone}. Shaded: 95 % intervals, resampled by person.",
    )  # fmt: skip


def _step(label: str, place: int, setting: str, record: Record) -> Step:
    value, low, high = record.value or 0.0, record.low, record.high
    ends = ends_of(low or 0.0, 1.0 if high is None else high)
    return Step(float(place), value, low, high, open_end=record.status == "at least",
                tip=f"{label}, {setting}: {value:.3f} ({ends})")  # fmt: skip


def _tables(
    found: Studied, measures: Sequence[Measure], table: Callable[[Studied, Measure], Html]
) -> list[Html]:
    """Return a table a measure, all but the first folded away."""
    first, *others = [(title_of(one), table(found, one)) for one in measures] or [("", Html())]
    return [first[1], *(tag("details", tag("summary", title), body) for title, body in others)]


def _has_contexts(found: Studied) -> bool:
    return any(r.group.startswith("context=") for records in found.measured.values()
               for r in records)  # fmt: skip


def _cost_table(found: Studied) -> Html:
    body: list[list[Cell | str]] = [[part.label, part.told, *_cost(part)] for part in found.parts]
    head = ["model", "what it is", "questions", "tokens at most", "likelihoods or comparisons",
            "time estimated", "time taken"]  # fmt: skip
    return sortable_table("Estimated before it started, and what it was", head, body, wide=True)


def _cost(part: Part) -> list[Cell]:
    e = part.estimate
    took = Cell(lasting(part.seconds), part.seconds) if part.seconds else Cell(
        "in several goes" if part.records else MISSING)  # fmt: skip
    if e is None:
        return [*[Cell(MISSING)] * 4, took]
    counts = [Cell(f"{n:,}", float(n)) for n in (e.questions, e.tokens, e.weighed)]
    return [*counts, Cell(between(e.low, e.high), e.high), took]


def _photos(found: Studied) -> str:
    counts = {
        r.n
        for records in found.measured.values()
        for r in find(records, kind="leakage", defense=CLEAN, group="", status="ok")
    }
    return f", {max(counts)} photos" if counts else ""


def _devices(found: Studied) -> list[str]:
    used = {part.label: str(config_of(found.folder / part.folder).get("device", ""))
            for part in found.parts if part.label in found.measured}  # fmt: skip
    if len(set(used.values())) < 2:
        return []
    told = ", ".join(f"{label} on {place}" for label, place in used.items())
    return [f"models ran on different devices, whose last digits differ: {told}"]
