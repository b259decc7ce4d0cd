"""Advice in sentences: each from figures, with their intervals, whose people they are first."""

from __future__ import annotations

import math
import os
from typing import NamedTuple

from .advise import Advice
from .choosing import Choice
from .commands import apply_line, measure_line, verify_line
from .folder import FEWEST
from .measuring import SETTINGS, minutes
from .proof import least_to_show, people_needed
from .rates import percent, told, upper
from .similar import FAR
from .table import Figure, Setting

FULL = ("standard", "thorough")  # budgets in which all kinds of attackers are asked


class Line(NamedTuple):
    """A sentence and what it is about; a line with `command` is there to be copied."""

    about: str
    text: str
    command: bool = False


def lines(advice: Advice) -> list[Line]:
    """Return what is said of a folder, in the order in which it is read."""
    chosen, shown = advice.choice.chosen, advice.setting
    said = [
        Line("your photos", _photos(advice)),
        Line("advice", _use(advice, chosen) if chosen else _none_holds(advice)),
        Line("figures", source(advice)),
    ]
    if shown:
        said += figures(shown)
    if chosen:
        said += [
            *_beyond(chosen, advice.limit),
            Line("apply", apply_line(advice, chosen), command=True),
            Line("verify", verify_line(advice), command=True),
        ]
    return said + _onwards(advice)


def _photos(advice: Advice) -> str:
    held, looked = advice.held, advice.looked
    kind = looked.kind
    said = [f"{len(held.files)}, {looked.photos} looked at: {_size(advice)}"]
    said.append(f"a face in {percent(looked.with_face)}")
    if kind:
        said[-1] += f", {round(kind.face_px)} pixels wide ({looked.framing})"
    if looked.several:
        said.append(f"several faces in {percent(looked.several)} (company tells names, too)")
    if looked.framing == "scenes":
        said.append("small faces are easily missed: see --small-faces of 'unmask apply'")
    if looked.unreadable:
        said.append(f"{looked.unreadable} cannot be read")
    if held.copies:
        said.append(f"{held.copies} are exact copies of another")
    if held.labelled:
        said.append(f"{len(held.people)} sub-folders with several photos, taken as people")
    else:
        said.append("nothing says who is who")
    return "; ".join(said) + "."


def _size(advice: Advice) -> str:
    kind, (width, height) = advice.looked.kind, advice.looked.size
    colour = "" if kind is None else _colour(kind.grey)
    return f"{colour}{width} x {height}"


def source(advice: Advice) -> str:
    """Say whose figures these are, and how well they fit."""
    table = advice.table
    undefended = table.undefended
    clean = (
        f" Undefended, {told(undefended)} of their photos are named."
        if undefended and undefended.value is not None
        else " What leaks from their photos as they are was not measured."
    )
    effort = f"Budget {table.budget}, face models {table.models.replace(' ', ' and ')}."
    if table.budget not in FULL:
        effort += " Stronger attackers were not asked: more may leak."
    if table.changed:
        others = " and ".join(table.changed)
        effort += f" Measured with other code of {others} than is installed here: measure again."
    if advice.own and advice.here:
        return f"of {table.people} people of your folder, measured here. {effort}{clean}"
    if advice.own:
        return (
            f"of {table.people} people who are called like yours, measured earlier: of yours only "
            f"if the photos are the same, which nobody has compared. {effort}{clean}"
        )
    if advice.own is None:
        return (
            f"of {table.people} people of {table.name}, whom the run does not name ('unmask "
            "compare --names' does): nobody can tell whether they are yours, and others may leak "
            f"more. {effort}{clean}"
        )
    text = (
        f"NOT of your people: of {table.people} others, of {table.title or table.name}. Yours may "
        f"leak more."
    )
    if advice.away > FAR:
        text += " No data set that was measured is much like your photos: take this as a hint."
    return f"{text} {effort}{clean}"


def _use(advice: Advice, chosen: Setting) -> str:
    sure = upper(chosen.leakage)
    whose = "" if advice.own else " of those people"
    text = (
        f"use {chosen.defense}: the mildest of {advice.choice.considered} measured settings "
        f"that is shown to hold {advice.limit:g}. At most {sure} of 100 photos{whose} are "
        f"named (95 %)"
    )
    if advice.choice.stronger:
        text += f"; {advice.choice.stronger.defense} leaks less and changes more"
    if advice.choice.considered > 1:
        text += (
            ". Each of them had its own chance to hold by luck on these people: compare this one "
            "again with another --seed before you rely on it"
        )
    return f"{text}."


def _none_holds(advice: Advice) -> str:
    limit, near = advice.limit, advice.choice.nearest
    text = f"no measured setting is shown to hold {limit:g}."
    text += _unsure(advice.choice)
    if near is None:
        return f"{text} None of them has a figure that may be relied on."
    text += (
        f" The nearest is {near.defense}, and it does NOT hold: {told(near.leakage)} are named."
    )
    needed = people_needed(near.leakage, limit)
    if needed:
        text += (
            f" With as little leaking as was found, a proof needs about {needed} attacked people "
            f"({2 * needed} in the folder, as half of them are attacked)."
        )
    elif (near.leakage.value or 0.0) >= limit:
        text += " No number of people would prove it: it leaks more than that."
    elif least := least_to_show(limit):
        text += f" Nothing at all is shown to hold with fewer than {least} attacked people."
    return text


def _unsure(choice: Choice) -> str:
    if not choice.unsure:
        return ""
    many = "setting has" if choice.unsure == 1 else "settings have"
    return f" {choice.unsure} {many} only a lower bound, or no figure, and cannot hold any limit."


def figures(setting: Setting) -> list[Line]:
    """Return what leaks and what use is left of one setting, a line each."""
    known = setting.answers
    said = [Line("one photo", f"{told(setting.leakage)} named; {_who(setting.leakage)}")]
    if "album" in known:
        said.append(Line("an album", f"{_told(known['album'])} named by all photos of a person "
                                     f"together; {_who(known['album'])}"))  # fmt: skip
    else:
        said.append(Line("an album", "not measured"))
    if "line-up of 5" in known:
        five = f"{told(known['line-up of 5'])} named where it is known to be one of five"
        said.append(Line("one of five", five))
    if setting.seeds and setting.seeds.value is not None:
        spread = told(setting.seeds, guessing=False).replace("at 95 %", "lowest to highest")
        said.append(Line("other seeds", f"{spread} named, with another split each"))
    for name, group in setting.groups.items():
        said.append(Line("a group", f"{name}: {_told(group)} named; {_who(group)}"))
    if "context" in known:
        said.append(Line("around it", _context(known["context"])))
    if "naive" in known:
        said.append(Line("no measure", f"{_told(known['naive'])} named by a recognizer that does "
                                       "not know the defense; who knows it is above"))  # fmt: skip
    return [*said, Line("use left", _use_left(setting))]


def _told(found: Figure) -> str:
    return told(found, guessing=False)


def _who(found: Figure) -> str:
    who = f", worst attacker {found.attacker}" if found.attacker else ""
    return f"{found.people} people{who}"


def _context(found: Figure) -> str:
    return (
        f"{_told(found)} named by hair, clothes and surroundings alone, the region of the defense "
        "blanked: no anonymizer of this region removes that"
    )


def _use_left(setting: Setting) -> str:
    use = setting.use
    said = [f"SSIM {use['ssim']:.2f} (1: unchanged)"] if "ssim" in use else []
    if "face_found" in use:
        said.append(f"a detector finds the face in {percent(use['face_found'])}")
    return ", ".join(said) or "not measured"


def _beyond(chosen: Setting, limit: float) -> list[Line]:
    """Warn of questions whose answer is beyond the limit, though that of one photo is not."""
    found = chosen.answers
    said = []
    if "album" in found and not found["album"].within(limit):
        text = (
            f"an album is not shown to stay within {limit:g}: do not publish several photos that "
            "are known to show one person"
        )
        said.append(Line("beware", text))
    return said


def _onwards(advice: Advice) -> list[Line]:
    """Return what can be done to know more, or to find something that holds."""
    said = []
    near = advice.choice.nearest
    if near and near.highest < 1:
        least = math.ceil(near.highest * 100 - 1e-9) / 100
        said.append(Line("or", f"the lowest limit that a measured setting holds is "
                               f"--max-leakage {least:g}, by {near.defense}"))  # fmt: skip
    if not advice.own and advice.held.measurable:
        took = minutes(len(advice.held.files), os.cpu_count() or 1)
        long = "about a minute" if took < 1.5 else f"up to about {round(took)} minutes"
        said += [
            Line("know more", f"measure your own people: {len(SETTINGS)} settings, {long} here"),
            Line("measure", measure_line(advice), command=True),
        ]
    elif not advice.own:
        enough = least_to_show(advice.limit)
        many = f"{max(2 * enough, FEWEST)} people" if enough else "more people than can be had"
        text = (
            f"to measure your own people takes {FEWEST} of them with several photos each in a "
            f"sub-folder; to show {advice.limit:g} takes {many} or more"
        )
        said.append(Line("know more", text))
    return said


def _colour(grey: float) -> str:
    return "grey, " if grey > 0.9 else "colour, " if grey < 0.1 else "some grey, some colour, "
