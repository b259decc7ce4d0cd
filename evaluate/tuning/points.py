"""One setting of a defense with what it leaks and what use it leaves."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from unmask.defenses import DEFENSES, default_cache

from ..comparison.config import measurement_key
from ..comparison.measure import measure
from ..comparison.measured import Measured
from ..comparison.plan import Plan
from ..comparison.store import dump, restore
from ..comparison.worst import counting
from ..data.pictures import Pictures
from ..data.scene import Scene
from ..results.records import Record
from ..results.rounding import ends_of, rounded_down
from ..results.summary import Row, attacker_of
from ..statistics import Estimate, person_interval, worst_case, worst_gap

ASKED = "named"  # the attacker that asks a vision-language model


@dataclass(frozen=True)
class Point:
    """What was measured at one setting.

    Args:
        defense: full spec.
        leakage: worst-case rank-1 with its 95 % interval.
        attacker: who reached it.
        utilities: metrics that could be measured.
        settings: the parameters that were searched.
        number: of the trial, -1 where it is none.
        reason: what must be known to read it.
        beside: other leakages, where there are any: that of the `photo` and of its `context`
            where `leakage` is that of the face alone; how far it is `above` that of another
            defense of the same region, paired.
    """

    defense: str
    leakage: Estimate
    attacker: str
    utilities: dict[str, Estimate]
    settings: dict[str, Any] = field(default_factory=dict)
    number: int = -1
    reason: str = ""
    beside: dict[str, Estimate] = field(default_factory=dict)

    @property
    def open_end(self) -> bool:
        """Whether more may leak than was measured: then `reason` says why."""
        return bool(self.reason) and self.leakage.high >= 1

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "defense": self.defense, "leakage": list(self.leakage), "attacker": self.attacker,
            "utilities": {name: list(found) for name, found in self.utilities.items()},
            "reason": self.reason,
            "beside": {name: list(found) for name, found in self.beside.items()},
        }  # fmt: skip

    @staticmethod
    def restore(entry: Mapping[str, Any], settings: dict[str, Any], number: int) -> Point:
        """Read what `as_dict` wrote."""
        return Point(
            entry["defense"],
            Estimate(*entry["leakage"]),
            entry["attacker"],
            {name: Estimate(*found) for name, found in entry["utilities"].items()},
            settings,
            number,
            entry["reason"],
            {name: Estimate(*found) for name, found in entry.get("beside", {}).items()},
        )


def told(estimate: Estimate | None) -> str:
    """Return a value with its interval, `0.120 (0.060 to 0.210)`."""
    if estimate is None:
        return "not measured"
    return f"{estimate.value:.3f} ({ends_of(estimate.low, estimate.high)})"


def leaks(point: Point | None) -> str:
    """Return the leakage of a setting with its interval; a lower bound says `at least`."""
    if point is None or not point.open_end:
        return told(point.leakage if point else None)
    return f"at least {point.leakage.value:.3f} (from {rounded_down(point.leakage.low, 3)})"


def point_of(measured: Measured, *, of: str = "photo") -> Point:
    """Judge a measurement of the search: the worst case over the attacks that ran.

    That is over those on whole photos, or on the face alone, where it is a part of the photo.

    Planted cases are not asked here; the check on test people asks them. Where an attack broke
    or learned from copies that failed, more may leak: the upper end is 1. Where a model that is
    asked for names is the only attacker, its figure counts, though it knows no defense.

    Raises:
        ValueError: no informed attacker gave an answer.
    """
    attacks = measured.face if of == "face" and measured.region else measured.attacks
    ran = counting(attacks)
    informed = any(a.informed for a in attacks if (a.name, a.recognizer) in ran)
    if not informed and not (ran and asked_alone(a.attacker for a in attacks)):
        reasons = "; ".join(sorted({a.reason for a in attacks if a.reason}))
        raise ValueError(f"not measured: no informed attacker gave an answer ({reasons})")
    found = worst_case(ran, measured.people)
    utilities = {}
    for utility in measured.utilities:
        known = np.isfinite(utility.values) if utility.status == "ok" else np.zeros(0, bool)
        if utility.overall is not None:
            value, low, high = utility.overall
            ends = (value if low is None else low, value if high is None else high)
            utilities[utility.name] = Estimate(value, *ends, len(measured.people))
        elif known.any():
            utilities[utility.name] = person_interval(
                utility.values[known], measured.people[known], bounds=None
            )
    attacker = " ".join(filter(None, found.name))
    lost = len(measured.failures)
    said = [f"{lost} {'photo' if lost == 1 else 'photos'} failed, and what failed stays as it is"]
    broken = [f"{a.name}: {a.reason}" for a in attacks if a.status != "ok"]
    broken += measured.face_doubts
    if measured.lost_copies:
        broken.append("copies that attackers made failed")
    leakage = found.estimate._replace(high=1.0) if broken else found.estimate
    return Point(measured.defense, leakage, attacker, utilities,
                 reason="; ".join([*said[: bool(measured.failures)], *broken]))  # fmt: skip


def asked_alone(attackers: Iterable[str]) -> bool:
    """Return whether nobody attacks but models that are asked for names, by name or spec."""
    names = {name.partition(":")[0] for name in attackers}
    return names == {ASKED}


def point_of_row(row: Row, like: Point, leak: Record | None = None) -> Point:
    """Return the same setting as it did in a certified comparison.

    Where nobody informed gave a figure, the leakage counts as 1; where it is `at least`
    something, its upper end does.

    Args:
        row: of the setting.
        like: the setting as the search saw it.
        leak: the record of the leakage that is asked for; None: that of the photo.
    """
    worst = leak or row.worst
    utilities = {
        name: Estimate(r.value, r.low, r.high, r.n)
        for name, r in row.utilities.items()
        if r.value is not None and r.low is not None and r.high is not None
    }
    return replace(like, leakage=leakage_of(worst), attacker=attacker_of(worst),
                   utilities=utilities, reason=worst.reason)  # fmt: skip


def leakage_of(worst: Record) -> Estimate:
    """Return the figure of a worst case: 1 without any, and with 1 as its end if a lower bound."""
    if worst.value is None:
        return Estimate(1.0, 1.0, 1.0, worst.n)
    high = 1.0 if worst.status != "ok" or worst.high is None else worst.high
    return Estimate(worst.value, worst.low or 0.0, high, worst.n)


def above(measured: Measured, other: Measured) -> Estimate:
    """Return how much more one defense leaks than another, on the same photos.

    As everywhere, what broke may have been the best attack: then the upper end is 1.
    """
    mine, theirs = counting(measured.attacks), counting(other.attacks)
    found = worst_gap(mine, theirs, measured.people).estimate
    broken = any(attack.status != "ok" for attack in (*measured.attacks, *other.attacks))
    return found._replace(high=1.0) if broken or measured.lost_copies else found


def beside(other: str, spec: str) -> str:
    """Return the spec of another defense with the region of a defense."""
    mine, theirs = DEFENSES.build(spec), DEFENSES.build(other)
    same = replace(theirs, region=mine.region, margin=mine.margin, feather=mine.feather)
    return same.spec


def measured_at(
    spec: str, scene: Scene, plan: Plan, pictures: Pictures | None = None, *, of: str = "photo"
) -> Measured:
    """Measure a defense, or take the figures from the cache; they are the same."""
    cache, key = default_cache(), measurement_key(scene, plan, spec)
    if of != "photo":
        key = hashlib.sha256(of.encode() + key).digest()
    known = cache.get_many([key])
    if known:
        try:
            return restore(known[key].decode())
        except ValueError:
            pass  # a torn entry: measure again
    face = of == "face"
    measured = measure(spec, scene, plan, pictures, judged=False, photo=not face, face=face)
    cache.put_many({key: dump(measured).encode()})
    return measured


def difference(a: Estimate, b: Estimate) -> Estimate:
    """Return `a - b` of two independent estimates, with a 95 % interval.

    The interval combines both (G. Zou, A. Donner: Construction of confidence limits about
    effect measures: A general approach. Statistics in Medicine 27, 2008).
    """
    value = a.value - b.value
    down = math.hypot(a.value - a.low, b.high - b.value)
    up = math.hypot(a.high - a.value, b.value - b.low)
    return Estimate(value, value - down, value + up, min(a.n, b.n))
