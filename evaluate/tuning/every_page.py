"""The page of `tune all`: which defense keeps most use of those that hold the limit."""

from __future__ import annotations

from urllib.parse import quote

from ..pages.facts import facts, items
from ..pages.looks import looks
from ..pages.scatter import Point as Mark
from ..pages.scatter import scatter
from ..pages.shell import Section, page
from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.origin import config_of, provenance
from ..statistics import Estimate
from .charts import BANDS, LOWER, leak_cell, leak_plane, metric_axis, use_cell
from .faces import settled_looks
from .iso import Iso
from .page import HERE_ALONE, people_in
from .points import leaks, told
from .result import Tuned
from .words import holding, short

LIMITS = (
    "Each defense was chosen on the search people and had its own chance to hold by luck on the "
    "same test people: measure the one you take again on other people.",
    HERE_ALONE,
)


def every_page(iso: Iso) -> str:
    """Return the page; it links to those of the single searches, in their folders beside it."""
    lost = [f"{spec} could not be tuned: {why}" for spec, why in iso.failed.items()]
    use = "Use it: unmask apply @chosen.json SOURCE TARGET"
    return page(
        "Each defense at the same leakage",
        [tag("p", every_verdict(iso), class_="verdict"), *([f"{use}."] if iso.best else [])],
        [
            Section("How they look", settled_looks([f for _, f in iso.ranked]), "looks", "Looks"),
            Section("What they cost", _chart(iso), "cost", "Cost"),
            Section("All defenses", [_table(iso)], "defenses", "Defenses"),
            Section("To be known", [items([*lost, iso.caption, *iso.notes])], "notes", "Notes"),
            Section("What this does not show", [items(LIMITS)], "limits", "Limits"),
            Section("Where this comes from", [facts(_origin(iso))], "origin",
                    "Origin"),
        ],
    )  # fmt: skip


def every_verdict(iso: Iso) -> str:
    """Return in a few sentences who holds the limit, and which of them leaves most use."""
    tried, held = len(iso.tuned), [found for _, found in iso.ranked if found.holds]
    many = "1 defense" if tried == 1 else f"{tried} defenses"
    rest = f" {len(iso.failed)} more could not be tuned." if iso.failed else ""
    if not held:
        none = "The defense that was tuned does not hold"
        none = f"None of {many} holds" if tried > 1 else none
        return f"{none} {iso.goal.limit} on the test people.{rest}"
    verb, metric = "holds" if len(held) == 1 else "hold", iso.goal.utility
    first = f"{len(held)} of {many} {verb} {iso.goal.limit} on the test people."
    best, use = held[0].check, _use(held[0], metric)
    if best is None or use is None:
        return first + rest
    equal = [short(found.check.defense) for found in held[1:]
             if found.check and _reaches(_use(found, metric), use, iso.goal.sign)]  # fmt: skip
    which = "It" if len(held) == 1 else "Of those, the one of most use to the search people"
    doubt = f" But the intervals do not tell it from {', '.join(equal)}." if equal else ""
    return (
        f"{first} {which} is {short(best.defense)}: there it leaks {leaks(best)}, with {metric} "
        f"{told(use)}.{doubt}{rest}"
    )


def _use(found: Tuned, metric: str) -> Estimate | None:
    return found.check.utilities.get(metric) if found.check else None


def _reaches(other: Estimate | None, best: Estimate, sign: int) -> bool:
    """Return whether the interval of another one reaches that of the best."""
    if other is None:
        return True
    return other.high >= best.low if sign > 0 else other.low <= best.high


def _chart(iso: Iso) -> list[Html]:
    axes = {name: metric_axis(name) for name in dict.fromkeys(
        (iso.goal.utility, *(n for f in iso.tuned.values() if f.check for n in f.check.utilities))
    )}  # fmt: skip
    marks, names = [], []
    for spec, found in iso.ranked:
        point = found.check
        if point is None:
            continue
        name = f"{short(point.defense)}{'' if found.holds else ' (does not hold)'}"
        names.append(spec.partition(":")[0])
        uses = {axis.title: point.utilities.get(key) for key, axis in axes.items()}
        marks.append(
            Mark(name, point.leakage.value, {t: use and use.value for t, use in uses.items()},
                 names[-1], point.leakage.low, point.leakage.high, point.open_end,
                 tip=f"{name}\n{leaks(point)} by {point.attacker or 'nobody'}")
        )  # fmt: skip
    if not marks:
        return []
    limit = iso.goal.max_leakage
    plane = leak_plane(
        iso.goal, "and use on the test people",
        [(limit, f"limit {limit:g}")] if limit is not None else [],
        f"Each defense at the setting that was chosen for it, on the test people. Bars are "
        f"{BANDS}.{LOWER * any(mark.open_end for mark in marks)}",
    )  # fmt: skip
    return [scatter(plane, list(axes.values()), marks, looks(names))]


def _table(iso: Iso) -> Html:
    metric, leak = iso.goal.utility, iso.goal.leaks
    better = "more" if iso.goal.sign > 0 else "less"
    head: list[Heading | str] = [
        "defense", "holds", Heading(f"{leak}, test", "less"), Heading(f"{metric}, test", better),
        Heading(f"{leak}, search", "less"), "optimism", "worst attacker", "page",
    ]  # fmt: skip
    body: list[list[Cell | str]] = []
    for spec, found in iso.ranked:
        seen, said = found.seen, holding(found)
        body.append([
            seen.defense if seen else spec,
            Cell(said.removeprefix("!"), bad=said.startswith("!")),
            leak_cell(found.check), use_cell(found.check, metric), leak_cell(seen),
            _optimism(found.optimism), found.check.attacker if found.check else MISSING,
            tag("a", "its page", href=f"{quote(found.folder.name)}/report.html"),
        ])  # fmt: skip
    return sortable_table(
        "Those that hold come first, then by use on the search people. Small: 95 % intervals",
        head, body,
    )  # fmt: skip


def _optimism(found: Estimate | None) -> Cell:
    if found is None:
        return Cell(MISSING)
    return Cell(f"{found.value:+.3f}", found.value, more=f"{found.low:+.3f} to {found.high:+.3f}")


def _origin(iso: Iso) -> list[tuple[str, str]]:
    found = next(iter(iso.tuned.values()))
    return provenance(
        config_of(found.folder),
        people=people_in(found.about),
        limit=iso.goal.limit, looks=f"{iso.opened} at the same test people",
    )  # fmt: skip
