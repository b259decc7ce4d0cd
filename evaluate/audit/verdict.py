"""What an audit comes to, in sentences that say no more than its intervals do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..results.records import Record, find
from ..results.rounding import ends_of
from .curve import MARGIN, SHOWN, ladders, reached, told
from .views import CLEAN

_ASKED = {
    "named/forced": "choosing among names",
    "named/forced_calibrated": "choosing among names, less what it chooses without looking",
    "named/votes": "by votes of templates",
    "named/open": "asked who it is",
}
CONTROLS = {
    "no_image": "without a picture", "other_photo": "shown somebody else",
    "face_masked": "with a mask over the face", "shuffled_names": "with the names shuffled",
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """How a measure stands on clean photos.

    Args:
        clean: the figure.
        control: the highest of its controls; None if none could be asked.
        name: of that control.
        above: whether clean photos are above every control that was asked, at 95 %.
    """

    clean: Record
    control: Record | None
    name: str
    above: bool


def known(records: Sequence[Record]) -> dict[str, Known]:
    """Return each measure that was asked of clean photos, by name."""
    found = {}
    for name in SHOWN:
        statistic = "right" if name == "named/open" else "rank1"
        mine = {"name": name, "statistic": statistic, "status": "ok", "kind": "leakage"}
        clean = find(records, defense=CLEAN, group="", **mine)
        if not clean or clean[0].value is None:
            continue
        controls = {group: record for group in CONTROLS
                    for record in find(records, group=f"control={group}", **mine)
                    if record.value is not None
                    and (group != "shuffled_names" or record.defense == CLEAN)}  # fmt: skip
        gaps = [r for r in records if r.kind == "difference" and r.defense == CLEAN
                and (r.name, r.statistic) == (name, statistic)]  # fmt: skip
        highest = max(controls, key=lambda group: controls[group].value or 0.0, default="")
        above = bool(gaps) and all((gap.low or 0.0) > 0 for gap in gaps)
        found[name] = Known(clean[0], controls.get(highest), highest, above)
    return found


def verdict(records: Sequence[Record]) -> list[str]:
    """Return the sentences, the most important first.

    A defense is judged by all measures in which the model knows the people at all: by the one
    that needs the strongest setting.
    """
    measures = known(records)
    if not measures:
        return ["No question about clean photos was answered: nothing can be said."]
    sure = {name: one for name, one in measures.items() if one.above}
    name, one = next(iter((sure or measures).items()))
    model = one.clean.recognizer
    first = f"{model} names {counted(one.clean)} of clean faces, {_ASKED[name]}"
    if one.control is None:
        return [f"{first}; no control could be asked: nothing can be said about a defense."]
    beside = f"{first}; {CONTROLS[one.name]} {counted(one.control)}"
    if not sure:
        return [
            f"{beside}. The first is not shown to be more, so nothing can be said about a defense."
        ]
    return [f"{beside}. The difference is beyond chance (95 %).", *_defenses(records, list(sure))]


def counted(record: Record) -> str:
    """Return a share as so many of so many photos where it is one, else as a share."""
    value = record.value or 0.0
    number = value * record.n
    ends = ends_of(record.low or 0.0, 1.0 if record.high is None else record.high, 2)
    if abs(number - round(number)) < 0.01:  # ties share, and then it is no whole number
        return f"{round(number)} of {record.n} photos ({ends})"
    return f"{value:.2f} ({ends}) of {record.n} photos"


def _defenses(records: Sequence[Record], measures: Sequence[str]) -> list[str]:
    """Say of each defense from which strength on it is at all controls, in all measures."""
    rows = [row for row in reached(records) if row.measure in measures]
    said = []
    for family, specs in ladders(records).items():
        mine = [row for row in rows if row.family == family]
        if not mine:
            said.append(f"{family} was not compared with a control.")
            continue
        alike = _latest(specs, [row.alike for row in mine])
        shown = _latest(specs, [row.shown for row in mine])
        if shown:
            said.append(f"{family} is within {MARGIN:g} of every control from {told(shown)} on.")
        elif alike:
            said.append(
                f"{family} cannot be told apart from its controls from {told(alike)} on, which is "
                f"not shown to be within {MARGIN:g} of them."
            )
        else:
            last = specs[-1]
            names = [r for measure in measures for r in find(
                records, defense=last, group="", name=measure, kind="leakage", status="ok",
                statistic="right" if measure == "named/open" else "rank1")]  # fmt: skip
            most = max(names, key=lambda r: r.value or 0.0, default=None)
            still = f", {counted(most)} named" if most else ""
            missed = [CONTROLS.get(c, c) for c in dict.fromkeys(r.control for r in mine
                                                                if not r.alike)]  # fmt: skip
            said.append(
                f"{family}, at the strongest setting that was tried ({told(last)}{still}), is "
                f"above what is named {', '.join(missed)}."
            )
    return said


def _latest(specs: Sequence[str], found: Sequence[str]) -> str:
    """Return the strongest of the settings; empty if one of them was never reached."""
    if not all(found):
        return ""
    return specs[max(specs.index(spec) for spec in found)]
