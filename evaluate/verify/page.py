"""The page for the owner of the photos: one file, with small pictures of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unmask.defenses.files.printable import printable

from ..pages.bar import bar
from ..pages.faces import picture
from ..pages.facts import facts, items
from ..pages.shell import Section, page
from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.origin import provenance
from .findings import WORDS, Finding
from .run import Verdict
from .told import counted, link_line, meaning, rate_of

Shots = Mapping[int, tuple[bytes | None, bytes | None]]
_LEVELS = {
    "survivor": ("Survivors", "survivors"), "fault": ("Faults", "faults"),
    "doubt": ("Look at these yourself", "doubts"), "note": ("Noted", "noted"),
}  # fmt: skip
_LISTED = 2000  # findings in the table; the file holds them all

_LIMITS = (
    "A face that no detector sees, before or after, is not found here either.",
    "A survivor is told by pixels and by one face model. Who knows the person may still know "
    "hair, clothes, place and company.",
    "How many are named by what a blur or a mosaic leaves stands in no page but that of unmask "
    "compare.",
    "The attacker here has the very photos. What one can tell who has other photos of the people "
    "is measured by unmask compare, which needs to know who is who.",
)
_UNSEEN = (
    "That is not yet anonymous: a face that no detector sees is not found here either, and what a "
    "blur or a mosaic leaves may name people all the same; unmask compare measures that."
)
_TRACED = (
    "Somebody who has all the photos of the source picks the one that each output was made of. "
    "Near chance inside the region means that the defense left nothing even for him. High inside "
    "does not yet mean that people are recognized: other photos of them are less like the output "
    "than the very photo is."
)


def verify_page(
    verdict: Verdict, made: Mapping[str, Any], shots: Shots, *, source: str, output: str,
    show_sources: bool,
) -> str:  # fmt: skip
    """Return the page.

    Args:
        verdict: what was found.
        made: date, command and versions, as in `config.json` of a run.
        shots: pictures of findings by their place in the verdict, as JPEG: the output and, if
            that is to be shown, the source.
        source: what was compared, as it is called.
        output: with what.
        show_sources: the pictures hold clean faces of the source.
    """
    findings = [
        Section(title, _findings(verdict, level, shots), key) for level, (title, key)
        in _LEVELS.items()
    ]  # fmt: skip
    origin = provenance(made, source=source, output=output, looked_by="; ".join(verdict.looked_by))
    return page(
        first_words(verdict),
        [
            tag("p", f"{numbers(verdict)}.", class_="verdict"),
            *([] if verdict.of("survivor") else [_UNSEEN]),
            tag("p", f"{output}, made of {source}. Looked at by {'; '.join(verdict.looked_by)}."),
            tag("p", tag("strong", _private(show_sources))),
        ],
        [
            *findings,
            Section("Can an output be traced to its photo?", _leakage(verdict), "traced",
                    "Traced"),
            Section("All findings", _table(verdict), "all", "All"),
            Section("Who did not look", [items([printable(n) for n in verdict.notes])]
                    if verdict.notes else [], "notes", "Notes"),
            Section("What this does not show", [items(_LIMITS)], "limits", "Limits"),
            Section("Where this comes from", [facts(origin)], "origin", "Origin"),
        ],
    )  # fmt: skip


def first_words(verdict: Verdict) -> str:
    """Return what the page begins with; it never says more than that nothing was found."""
    count, faults = len(verdict.of("survivor")), len(verdict.of("fault"))
    if count:
        return f"{count} {'thing is' if count == 1 else 'things are'} left that may tell who it is"
    if not verdict.photos:
        return "Nothing was looked at"
    if faults:
        return f"No surviving face was found, but {counted(faults, 'thing')} went wrong"
    doubts = len(verdict.of("doubt"))
    if doubts:
        return f"No surviving face was found, but {counted(doubts, 'place')} must be looked at"
    if not verdict.faces:
        return "No surviving face was found, but none was found in the sources either"
    return "No surviving face was found"  # how well faces are hidden is another question


def numbers(verdict: Verdict) -> str:
    """Return how much was looked at and what was found."""
    found = [
        counted(len(verdict.of("survivor")), "survivor"),
        counted(len(verdict.of("fault")), "fault"),
        f"{counted(len(verdict.of('doubt')), 'place')} to be looked at",
    ]  # fmt: skip
    seen = (
        f"{counted(verdict.photos, 'photo')} with {counted(verdict.faces, 'face')} in the source"
    )
    return f"{seen}{'s' * (verdict.photos != 1)}: {', '.join(found)}"


def _private(show_sources: bool) -> str:
    what = "names your files and shows parts of them"
    if show_sources:
        what = "shows clean faces of the source and names your files"
    return f"This page {what}: keep it to yourself."


def _findings(verdict: Verdict, level: str, shots: Shots) -> list[Html]:
    """Return the findings of one level, those with a picture; all are in the table below."""
    parts = []
    for kind, words in WORDS.items():
        mine = [(place, one) for place, one in enumerate(verdict.findings)
                if (one.level, one.kind) == (level, kind)]  # fmt: skip
        if not mine:
            continue
        parts.append(tag("h3", f"{len(mine)} \N{MULTIPLICATION SIGN} {kind}: {words}"))
        shown = [_shot(one, *shots[place]) for place, one in mine if place in shots]
        if shown:
            parts.append(tag("div", *shown, class_="shots"))
        bare = [_named(one) for place, one in mine if place not in shots]
        if bare:
            parts.append(items(bare[:20]))
        if len(bare) > 20:
            parts.append(tag("p", f"and {len(bare) - 20} more in the table of all findings"))
    return parts


def _shot(one: Finding, after: bytes | None, before: bytes | None) -> Html:
    path = printable(one.path)
    both = {"output": after, "source": before}
    images = [picture(data, f"{path}, {who}: {one.kind}") for who, data in both.items() if data]
    return tag("figure", *images,
               tag("figcaption", tag("b", path), *([tag("br"), printable(one.detail)]
                                                    if one.detail else [])))  # fmt: skip


def _named(one: Finding) -> str:
    return printable(one.path) + (f": {printable(one.detail)}" if one.detail else "")


def _table(verdict: Verdict) -> list[Html]:
    if not verdict.findings:
        return []
    order = [*_LEVELS]
    body: list[list[Cell | str]] = [
        [Cell(printable(f.path)), Cell(f.level, order.index(f.level), bad=f.level == "survivor"),
         f.kind, printable(f.detail) or WORDS[f.kind],
         ", ".join(f"{v:.0f}" for v in f.box) if f.box else ""]
        for f in verdict.findings[:_LISTED]
    ]  # fmt: skip
    head: list[Heading | str] = ["file", "level", "what", "more",
            Heading("place", unit="px", says="left, top, width, height")]  # fmt: skip
    rest = len(verdict.findings) - _LISTED
    more = f"; {rest} more are in verify.json" if rest > 0 else ""
    title = f"{counted(len(verdict.findings), 'finding')}{more}"
    return [sortable_table(title, head, body, wide=True)]


def _leakage(verdict: Verdict) -> list[Html]:
    parts = []
    if verdict.leakage:
        parts.append(tag("p", _TRACED))
        for one in verdict.leakage:
            found = one.rank1
            says = f"{rate_of(one)} {meaning(one)}"
            drawn = bar(found.value, found.low, found.high, says=says, open_end=bool(one.at_least),
                        chance=one.chance)  # fmt: skip
            parts.append(tag("figure", drawn, tag("figcaption", f"{says[0].upper()}{says[1:]}.")))
    if verdict.linkage:
        parts.append(tag("p", f"{link_line(verdict.linkage)}."))
    return parts
