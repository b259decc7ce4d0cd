"""Where a strength lies among those that were measured. Between them nothing is known."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from unmask.defenses import DEFENSES, Defense, Range

from ..advice.rates import ends
from ..advice.table import Setting, Table
from ..results.rounding import of_hundred

_EXACT = 1e-6


@dataclass(frozen=True)
class Known:
    """A measured setting and where it lies.

    Args:
        share: of the way from weak to strong.
        value: of the parameter.
        setting: what was measured.
    """

    share: float
    value: float
    setting: Setting


@dataclass(frozen=True)
class Place:
    """Where a defense lies among what was measured of its kind, weak to strong.

    Args:
        parameter: the one that is dragged; empty if the defense has no range.
        share: where it stands, 0 to 1.
        known: what was measured, all else being the same.
    """

    parameter: str
    share: float
    known: tuple[Known, ...]

    @property
    def exactly(self) -> Known | None:
        """The measured setting that is this one, if there is one."""
        return next((one for one in self.known if abs(one.share - self.share) < _EXACT), None)

    @property
    def weaker(self) -> Known | None:
        """The next weaker setting."""
        return max((one for one in self.known if one.share < self.share),
                   key=lambda one: one.share, default=None)  # fmt: skip

    @property
    def stronger(self) -> Known | None:
        """The next stronger setting."""
        return min((one for one in self.known if one.share > self.share),
                   key=lambda one: one.share, default=None)  # fmt: skip


def place_of(defense: Defense, table: Table) -> Place:
    """Return where a defense lies by its first range, all else being the same."""
    ranges = {name: kind for name, kind in defense.space.items() if isinstance(kind, Range)}
    if not ranges:
        return Place("", 0.0, ())
    parameter, scale = next(iter(ranges.items()))
    own = {f.name: getattr(defense, f.name) for f in fields(defense) if f.init and f.repr}
    found = []
    for setting in table.settings:
        if setting.defense.partition(":")[0] != defense.name or setting.leakage.value is None:
            continue
        other = DEFENSES.build(setting.defense).parameters
        if all(other[name] == value for name, value in own.items() if name != parameter):
            value = float(other[parameter])
            found.append(Known(share_of(scale, value), value, setting))
    shown = share_of(scale, float(own[parameter]))  # whole numbers are met by many shares
    return Place(parameter, shown, tuple(sorted(found, key=lambda one: one.share)))


def share_of(scale: Range, value: float) -> float:
    """Return which share of the way gives a value; below 0 and above 1 outside of the range."""
    if scale.log:
        return math.log(value / scale.weak) / math.log(scale.strong / scale.weak)
    return (value - scale.weak) / (scale.strong - scale.weak)


def sentence(place: Place) -> str:
    """Say what was measured at this strength, or that nothing was, and what beside it."""
    if place.exactly:
        return f"Measured at exactly this strength: attackers name {_named(place.exactly)}."
    weaker, stronger = place.weaker, place.stronger
    if weaker and stronger:
        return (
            f"Not measured at this strength. At {_at(place, weaker)} attackers name "
            f"{_named(weaker)}, at {_at(place, stronger)} {_named(stronger)}."
        )
    if stronger:
        return (
            f"Not measured: weaker than all that was. Already at {_at(place, stronger)} "
            f"attackers name {_named(stronger)}."
        )
    if weaker:
        return (
            f"Not measured: stronger than all that was. At {_at(place, weaker)} attackers name "
            f"{_named(weaker)}; what is here nobody knows."
        )
    return "Nothing like it was measured on these people: what it leaks is not known."


def _named(one: Known) -> str:
    found = one.setting.leakage
    sign = "at least " if found.state == "at least" else ""
    return f"{sign}{of_hundred(found.value or 0.0)} photos ({ends(found)})"


def _at(place: Place, one: Known) -> str:
    return f"{place.parameter}={one.value:g}"
