"""One setting of a defense with what it leaks and what use it leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from unmask.defenses import default_cache

from ..comparison.config import measurement_key
from ..comparison.measure import measure
from ..comparison.measured import Measured
from ..comparison.plan import Plan
from ..comparison.store import dump, restore
from ..comparison.worst import counting
from ..data.pictures import Pictures
from ..data.scene import Scene
from ..results.summary import Row
from ..statistics import Estimate, clustered_interval, worst_case


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
    """

    defense: str
    leakage: Estimate
    attacker: str
    utilities: dict[str, Estimate]
    settings: dict[str, Any] = field(default_factory=dict)
    number: int = -1
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "defense": self.defense, "leakage": list(self.leakage), "attacker": self.attacker,
            "utilities": {name: list(found) for name, found in self.utilities.items()},
            "reason": self.reason,
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
        )


def told(estimate: Estimate | None) -> str:
    """Return a value with its interval, `0.120 (0.060 to 0.210)`."""
    if estimate is None:
        return "not measured"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def point_of(measured: Measured) -> Point:
    """Judge a measurement of the search: the worst case over the attacks that ran.

    Planted cases are not asked here; the check on test people asks them. Where an attack broke
    or learned from copies that failed, more may leak: the upper end is 1.

    Raises:
        ValueError: no informed attacker gave an answer.
    """
    ran = counting(measured.attacks)
    if not any(a.informed for a in measured.attacks if (a.name, a.recognizer) in ran):
        reasons = "; ".join(sorted({a.reason for a in measured.attacks if a.reason}))
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
            utilities[utility.name] = clustered_interval(
                utility.values[known], measured.people[known], bounds=None
            )
    attacker = " ".join(filter(None, found.name))
    said = [f"{len(measured.failures)} photos failed and stay as they are"]
    broken = [f"{a.name}: {a.reason}" for a in measured.attacks if a.status != "ok"]
    if measured.lost_copies:
        broken.append("copies that attackers made failed")
    leakage = found.estimate._replace(high=1.0) if broken else found.estimate
    return Point(measured.defense, leakage, attacker, utilities,
                 reason="; ".join([*said[: bool(measured.failures)], *broken]))  # fmt: skip


def point_of_row(row: Row, like: Point) -> Point:
    """Return the same setting as it did in a certified comparison.

    Where nobody informed gave a figure, the leakage counts as 1; where it is `at least`
    something, its upper end does.
    """
    worst = row.worst
    leakage = Estimate(1.0, 1.0, 1.0, worst.n)
    if worst.value is not None:
        high = 1.0 if worst.status != "ok" or worst.high is None else worst.high
        leakage = Estimate(worst.value, worst.low or 0.0, high, worst.n)
    utilities = {
        name: Estimate(r.value, r.low, r.high, r.n)
        for name, r in row.utilities.items()
        if r.value is not None and r.low is not None and r.high is not None
    }
    return replace(like, leakage=leakage, attacker=row.attacker, utilities=utilities,
                   reason=worst.reason)  # fmt: skip


def measured_at(spec: str, scene: Scene, plan: Plan, pictures: Pictures | None = None) -> Measured:
    """Measure a defense, or take the figures from the cache; they are the same."""
    cache, key = default_cache(), measurement_key(scene, plan, spec)
    known = cache.get_many([key])
    if known:
        try:
            return restore(known[key].decode())
        except ValueError:
            pass  # a torn entry: measure again
    measured = measure(spec, scene, plan, pictures, judged=False)
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
