"""Every attacker against every defense, as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

from ..pages.facts import facts, items
from ..pages.heat import Spot, heat_map
from ..pages.tags import tag
from ..results.questions import is_worst, on_pairs
from ..results.records import SPARED, WEAK, Record, find, with_model
from ..results.summary import Row, attacker_of
from .cells import percent
from .reading import Run

_SAID = (
    "Photos of 100 that each attacker names (rank-1), the darker the more; framed is the highest "
    "of a defense. An attacker that names nobody but links photos has its AUC, in which 0.50 is "
    "guessing. Hatched fields hold no figure that counts: the attacker reads something else than "
    "pixels or broke (invalid), could not work here (unavailable), or was not asked, since "
    "somebody had named everybody (not asked). Below stands who was shown a part of the photo: "
    "the face alone, its context alone (all but the region that the defense may change), or, "
    "where that is more than a face, what is around the face. What is reached there counts for "
    "the photo. Point at a field for the whole figure."
)
_TEXT = {"invalid": "invalid", "unavailable": "n/a", SPARED: "-"}


def matrix(run: Run) -> list[str]:
    """Return what every attacker reached against every defense."""
    leakage = [r for r in run.records
               if r.kind == "leakage" and not r.group and not is_worst(r)
               and not on_pairs(r)]  # fmt: skip
    spared = {(r.defense, r.name) for r in find(leakage, status=SPARED)}
    named = dict.fromkeys((r.name, r.recognizer) for r in leakage if r.status != SPARED)
    keys = sorted(named, key=lambda key: key[0].partition(",")[2])  # whole photos first
    if not keys:
        return []
    lines = []
    for name, recognizer in keys:
        asked = find(leakage, name=name, recognizer=recognizer)
        spots = [
            _spared(name) if (row.defense, _asked(name)) in spared
            else _spot(row, find(asked, defense=row.defense))
            for row in run.rows
        ]  # fmt: skip
        lines.append((with_model(name, recognizer), spots))
    shown = [row.shown for row in run.rows]
    picture = heat_map("Who names whom", shown, lines, corner="attacker")
    return [_SAID, picture, *_who(run), *_marked(run, leakage)]


def _who(run: Run) -> list[str]:
    """Say in a line what each attacker does."""
    told = run.config.get("who")
    if not isinstance(told, dict) or not told:
        return []
    listed = facts([(name, str(does)) for name, does in told.items()])
    return [tag("details", tag("summary", "What each attacker does"), listed)]


def _marked(run: Run, leakage: Sequence[Record]) -> list[str]:
    """Say once for each reason which attackers did not count, or were too weak."""
    called = {row.defense: row.shown for row in run.rows}
    marked = [r for r in leakage if r.status == "invalid" or r.reason.startswith(WEAK)]
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for r in marked:
        where = reasons.setdefault((r.name, r.reason), {})
        where[called.get(r.defense, r.defense)] = None
    told = [
        f"{name}: {reason} ({', '.join(where)})"
        for (name, reason), where in sorted(reasons.items())
    ]
    return [items(told)] if told else []


def _asked(name: str) -> str:
    """Return whose attack it is, and on what part: `retrained`, `retrained, face alone`."""
    attack, comma, where = name.partition(",")
    return attack.partition("/")[0] + comma + where


def _spared(name: str) -> Spot:
    return Spot(_TEXT[SPARED], None, f"{name}: not asked, since somebody had named everybody")


def _spot(row: Row, attack: Sequence[Record]) -> Spot:
    """Return what one attacker reached against one defense."""
    figures = {record.statistic: record for record in attack}
    first = figures.get("rank1") or figures.get("auc")
    who = f"{row.shown}: {attack[0].name}" if attack else row.shown
    if first is None:
        return Spot("", None, f"{who}: there is no such figure")
    tip = f"{who} {first.recognizer}".rstrip()
    if first.value is None or first.status != "ok":
        return Spot(_TEXT.get(first.status, first.status), None,
                    f"{tip}: {first.status}. {first.reason}")  # fmt: skip
    if first.statistic == "auc":
        return Spot(f"{first.value:.2f}", max(0.0, 2 * first.value - 1),
                    f"{tip}: AUC {first.value:.3f}")  # fmt: skip
    fifth = figures.get("rank5")
    tip += f": rank-1 {first.value:.3f}"
    if fifth is not None and fifth.value is not None:
        tip += f", rank-5 {fifth.value:.3f}"
    if first.reason:
        tip += f". {first.reason}"
    highest = attacker_of(row.worst) == with_model(first.name, first.recognizer)
    return Spot(percent(first.value), first.value, tip, highest)
