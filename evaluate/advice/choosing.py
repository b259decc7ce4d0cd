"""From a table of measured settings to one of them."""

from __future__ import annotations

from dataclasses import dataclass

from unmask.defenses import DEFENSES

from .table import Setting, Table


@dataclass(frozen=True)
class Choice:
    """What a table has to say about a limit.

    Args:
        chosen: the mildest setting that holds it; None: none does.
        nearest: where none holds it, the one that comes nearest; None if nothing that may be
            chosen has a figure with two ends.
        stronger: the next one that leaks less than what was chosen, None if there is none.
        considered: how many settings might have been chosen.
        unsure: settings of which only a lower bound is known, or nothing.
    """

    chosen: Setting | None
    nearest: Setting | None
    stronger: Setting | None
    considered: int
    unsure: int


def choose(table: Table, limit: float) -> Choice:
    """Choose among what was measured, and nothing between.

    A setting holds a limit if its row is `ok` and its whole 95 % interval is within, for
    all people and each group of them. Of those that hold it the mildest is the one
    that changes photos least (SSIM), of equals the one that leaks less. What does not protect by
    design, or cannot be applied as it was measured, is not chosen: pictures of another program,
    and a defense that is made of unrelated people, who would be others here.
    """
    able = [one for one in table.settings if one.applies and _can_be_used(one.defense)]
    sure = [one for one in able if one.leakage.state == "ok" and one.leakage.high is not None]
    holding = sorted((one for one in sure if one.holds(limit)), key=_mildness)
    chosen = holding[0] if holding else None
    nearest = None if chosen else min(sure, key=_nearness, default=None)
    less = [one for one in holding[1:] if chosen and one.highest < chosen.highest]
    return Choice(chosen, nearest, less[0] if less else None, len(able), len(able) - len(sure))


def _can_be_used(spec: str) -> bool:
    """Return whether `unmask apply` would apply a defense unasked, and as it was measured."""
    try:
        known = DEFENSES.load(spec.partition(":")[0])
        return known.protects and not known.needs_background
    except LookupError:  # of a plug-in that is not installed here
        return False


def _mildness(one: Setting) -> tuple[float, float, str]:
    return -one.use.get("ssim", -1.0), one.highest, one.defense


def _nearness(one: Setting) -> tuple[float, float, float, str]:
    value = 1.0 if one.leakage.value is None else one.leakage.value
    return round(one.highest, 3), round(value, 3), -one.use.get("ssim", -1.0), one.defense
