"""What was found, in sentences and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from unmask.defenses.files.printable import printable

from ..results.rounding import ends_of
from .findings import WORDS, Finding
from .linking import Linked
from .run import Verdict
from .telling import Told

_NAMED = 8  # findings of a kind that the screen names; page and file have all

_MEANING = {
    "inside": "by the pixels inside the region: what the defense itself left",
    "outside": "by the pixels outside it, which no defense of faces changes: whoever has the "
    "photo knows it by its background. That says nothing against the defense",
}


def lines_of(verdict: Verdict) -> list[str]:
    """Return what the screen shows, a line each, the worst first."""
    lines = [f"{verdict.summary}. Looked: {'; '.join(verdict.looked_by)}"]
    for kind in WORDS:
        some = [
            one
            for one in verdict.findings
            if one.kind == kind and (kind == "kept" or one.level != "note")
        ]
        if some:
            level, count = some[0].level, len(some)
            lines.append(f"{level}: {count} x {kind} ({WORDS[kind]})")
            lines += [f"  {named(one)}" for one in some[:_NAMED]]
            lines += [f"  and {count - _NAMED} more"] * (count > _NAMED)
    lines += leakage_lines(verdict)
    return lines + [f"note: {printable(note)}" for note in verdict.notes]


def leakage_lines(verdict: Verdict) -> list[str]:
    """Return what an attacker who has the sources tells, in sentences."""
    lines = []
    if verdict.leakage:
        lines.append("Who has the very photos of the source picks the right one for an output:")
        lines += [f"  {rate_of(one)} {meaning(one)}" for one in verdict.leakage]
    if verdict.linkage:
        lines.append(link_line(verdict.linkage))
    return lines


def meaning(told: Told) -> str:
    """Say what a way to look is, for people."""
    if told.way in _MEANING:
        return _MEANING[told.way]
    return f"by the {told.way}, on the face"


def rate_of(told: Told) -> str:
    """Return a rate with all that belongs to it."""
    return _rate(told.rank1.value, told.rank1.low, told.rank1.high, told.chance, told.at_least)


def link_line(links: Linked) -> str:
    """Say how well outputs of one person are known to belong together."""
    rate = _rate(links.rank1.value, links.rank1.low, links.rank1.high, links.chance,
                 links.at_least)  # fmt: skip
    return (
        f"Of {links.people} people with several photos, the output most like another one is of "
        f"the same person: {rate}"
    )


def counted(number: int, what: str) -> str:
    """Return a number with what is counted, in the plural where it is not one."""
    return f"{number} {what}{'s' * (number != 1)}"


def named(finding: Finding) -> str:
    """Return the file and the detail of a finding, harmless to show."""
    detail = f": {printable(finding.detail)}" if finding.detail else ""
    return f"{printable(finding.path)}{detail}"


def as_data(verdict: Verdict, command: str = "") -> dict[str, Any]:
    """Return everything but the pictures, ready for JSON."""
    return {
        "schema": 1,
        "command": command,
        "summary": verdict.summary,
        "photos": verdict.photos,
        "faces": verdict.faces,
        "survivors": len(verdict.of("survivor")),
        "faults": len(verdict.of("fault")),
        "looked_by": list(verdict.looked_by),
        "findings": [
            {"level": f.level, "kind": f.kind, "path": printable(f.path), "detail": f.detail,
             "box": None if f.box is None else [round(v, 1) for v in f.box]}
            for f in verdict.findings
        ],
        "leakage": [
            {"way": t.way, **_figures(t.rank1), "chance": t.chance, "at_least": t.at_least}
            for t in verdict.leakage
        ],
        "linkage": None if verdict.linkage is None else {
            **_figures(verdict.linkage.rank1), "chance": verdict.linkage.chance,
            "people": verdict.linkage.people, "at_least": verdict.linkage.at_least,
        },
        "notes": list(verdict.notes),
    }  # fmt: skip


def _figures(estimate: Sequence[float]) -> dict[str, float]:
    return dict(zip(("rank1", "low", "high", "n"), estimate, strict=True))


def _rate(value: float, low: float, high: float, chance: float, at_least: str) -> str:
    bound = f"at least {value:.2f}, as {at_least}" if at_least else f"{value:.2f}"
    return f"{bound} ({ends_of(low, high, 2)}; chance {chance:.3f})"
