"""The sentences of a search: how far it is, what came of it, how to go on."""

from __future__ import annotations

import re

from ..results.rounding import rounded_down, rounded_up
from .border import border
from .choose import unmet
from .points import leaks, told
from .result import Status, Tuned

_TIMES = {0: "not looked at", 1: "looked at once", 2: "looked at twice"}


def verdict(tuned: Tuned) -> str:
    """Return in a few sentences what came of it, and what an end of the range hides."""
    goal, chosen = tuned.goal, tuned.chosen
    further = border(tuned)
    tail = f" But {further}." if further else ""
    if not chosen:
        more = "a larger region, more people" if goal.capped else "more trials"
        cure = f" Other ranges (--space), {more}, or another limit?"
        return f"{unmet(tuned.points, goal)}.{tail or cure}"
    if not goal.limited:
        return (
            f"Nearest to the ideal corner of the front: {chosen.defense}; it leaks "
            f"{leaks(tuned.check)} on the "
            f"test people{_doubt(tuned)}. No limit was asked (--max-leakage), so this is no "
            f"advice to use it.{tail}"
        )
    second = (
        f" It is the second choice: {tuned.first.defense} failed on the test people."
        if tuned.first else ""
    )  # fmt: skip
    holds = "holds" if tuned.holds else "does NOT hold"
    return (
        f"Chosen: {chosen.defense}; {goal.limit} {holds} on the test people{_doubt(tuned)}."
        f"{_beside(tuned)}{second}{tail}"
    )


def _beside(tuned: Tuned) -> str:
    """Say what else must be known of a setting whose limit is not on the whole photo."""
    known = tuned.check.beside if tuned.check else {}
    if tuned.goal.as_good_as and "above" in known:
        return f" It leaks {told(known['above'])} more than {tuned.goal.as_good_as} there."
    if tuned.goal.of == "photo" or "photo" not in known:
        return ""
    rest = f" and {told(known['context'])} what is around the face" if "context" in known else ""
    return (
        f" That is the face alone: the whole photo leaks {told(known['photo'])}{rest}, which no "
        "setting changes."
    ) if rest else f" The whole photo leaks {told(known['photo'])}."  # fmt: skip


def _doubt(tuned: Tuned) -> str:
    """Say why the leakage on the test people is only a lower bound, or none; else empty."""
    if not tuned.check or not tuned.check.reason:
        return ""
    return f"; more may leak than was measured: {tuned.check.reason}"


def onwards(tuned: Tuned, chosen: str = "") -> str:
    """Return what to do now: only a setting that holds its limit is there to be used.

    Args:
        tuned: what was found.
        chosen: how `apply` is told of it; empty: by the path of `chosen.json`.
    """
    if not tuned.chosen:
        return ""
    if tuned.holds:
        chosen = chosen or f"@{tuned.folder / 'chosen.json'}"
        return f"use it: unmask apply {chosen} SOURCE TARGET"
    if tuned.goal.limited:
        return "do not rely on it: stronger ranges (--space), more trials, more people?"
    return (
        "go on: the same command with --max-leakage, for example 0.2, finds the weakest setting "
        "that holds it; front.csv lists the others"
    )


def holding(found: Tuned) -> str:
    """Return whether the limit holds, for a cell; `!` marks what is bad."""
    if found.holds is None:
        return "not asked"
    held = "yes" if found.holds else "!no" if found.chosen else "!no setting"
    return held + (" (second choice)" if found.first else "")


def looked(tuned: Tuned) -> str:
    """Say how often the test people were looked at, and what the intervals allow for."""
    times, allowed = tuned.opened, 2 if tuned.first else 1
    often = _TIMES.get(times, f"looked at {times} times")
    told = f"the test people were {often} by all studies in this storage; no other is known here"
    if tuned.first:
        told += (
            "; as a second setting was tried, each end of the intervals of both may be wrong in "
            "1.25 % of cases and not in 2.5 %"
        )
    if times > allowed:
        told += f"; nothing allows for the other {times - allowed}"
    return told


def picked(tuned: Tuned) -> str:
    """Return what the setting that was checked is, in a word or two."""
    if tuned.chosen:
        return "chosen" if tuned.goal.limited else "nearest to the corner"
    return "nearest"


def short(spec: str) -> str:
    """Return a spec whose numbers have three digits, to be read and not to be built."""
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.3g}", spec)


def progress_line(status: Status) -> str:
    """Return the live line: how far, and the best so far in the figures that the goal asks for.

    What matters comes first, as a narrow screen cuts the end.
    """
    minutes, seconds = divmod(round(status.left), 60)
    far = f"trial {status.done}/{status.trials}, {minutes}:{seconds:02d} left"
    return f"{far} · {_best(status)}"


def _best(status: Status) -> str:
    best, goal = status.best, status.goal
    if best is None:
        return "nothing measured yet"
    found = best.utilities[goal.utility]
    use = f"{goal.utility} {found.value:.3f}"
    far = f"leaks {best.leakage.value:.2f} (to {rounded_up(best.leakage.high)})"
    if status.holds is None:
        told = f"nearest to the corner {far}, {use}"
    elif status.holds:
        told = f"best {far}, {use}"
    elif goal.as_good_as:
        held = goal.held(best)[1]
        more = (
            f"{held.value:.2f} (to {rounded_up(held.high)}) above {goal.as_good_as}"
            if held
            else far
        )
        told = f"none is as good yet, nearest {more}"
    elif goal.max_leakage is not None:
        told = f"none holds {goal.max_leakage:g} yet, nearest {far}"
    else:
        end = (f"from {rounded_down(found.low, 3)}" if goal.sign > 0
               else f"to {rounded_up(found.high, 3)}")  # fmt: skip
        told = f"none holds {goal.min_utility:g} yet, nearest {use} ({end})"
    return f"{told}: {short(best.defense)}"
