"""What a search wants: a front, a cap on leakage, or a floor under utility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unmask.defenses import DEFENSES

from ..comparison.plan import METRICS
from ..statistics import Estimate
from .points import Point

SLACK = 0.05  # how much more than the other defense one that is as good as it may leak
OF = ("photo", "face")  # what may be capped: no defense changes what its context gives away


@dataclass(frozen=True)
class Goal:
    """Leakage down, one utility up; at most one of them may have a limit.

    A limit holds where the whole 95 % interval is on its safe side.

    Args:
        utility: name of the metric.
        max_leakage: the best utility is wanted at a leakage of at most this, 0 to 1.
        min_utility: the least leakage is wanted at a utility at least as good as this, in
            the unit of the metric (for a metric where lower is better: at most this).
        of: what `max_leakage` caps: the leakage of the whole `photo`, or of the `face` alone,
            where hair and clothes name people whatever becomes of the face.
        as_good_as: the best utility is wanted that leaks at most `SLACK` more than this other
            defense of the same region, such as `mask`; paired, photo by photo.

    Raises:
        LookupError: no such metric or defense.
        ValueError: two limits, or one out of range.
    """

    utility: str = "ssim"
    max_leakage: float | None = None
    min_utility: float | None = None
    of: str = "photo"
    as_good_as: str = ""

    def __post_init__(self) -> None:
        low, high = METRICS.load(self.utility).bounds
        limits = {"--max-leakage": self.max_leakage is not None,
                  "--min-utility": self.min_utility is not None,
                  "--as-good-as": bool(self.as_good_as)}  # fmt: skip
        if sum(limits.values()) > 1:
            given = " and ".join(name for name, asked in limits.items() if asked)
            raise ValueError(f"give one limit, got {given}: what is not the limit is searched")
        if self.of not in OF:
            raise ValueError(f"--of must be {' or '.join(OF)}, got '{self.of}'")
        if self.of != "photo" and self.max_leakage is None:
            raise ValueError(f"--of {self.of} says what --max-leakage caps; give both")
        if self.as_good_as:
            DEFENSES.build(self.as_good_as)
        if self.max_leakage is not None and not 0 <= self.max_leakage <= 1:
            raise ValueError(f"--max-leakage must be between 0 and 1, got {self.max_leakage}")
        if self.min_utility is not None and not low <= self.min_utility <= high:
            raise ValueError(
                f"--min-utility for {self.utility} must be between {low:g} and {high:g}, "
                f"got {self.min_utility}"
            )

    @property
    def limited(self) -> bool:
        """Whether there is a limit; else the whole front is wanted."""
        return self.capped or self.min_utility is not None

    @property
    def capped(self) -> bool:
        """Whether it is leakage that has the limit, by itself or beside another defense."""
        return self.max_leakage is not None or bool(self.as_good_as)

    @property
    def leaks(self) -> str:
        """What is called leakage here, in words."""
        return "leakage" if self.of == "photo" else f"leakage of the {self.of}"

    @property
    def limit(self) -> str:
        """The limit in words, `leakage at most 0.2`; empty where there is none."""
        if self.max_leakage is not None:
            return f"{self.leaks} at most {self.max_leakage:g}"
        if self.as_good_as:
            return f"leakage at most {SLACK:g} above {self.as_good_as} of the same region"
        if self.min_utility is not None:
            return f"{self.utility} at {'least' if self.sign > 0 else 'most'} {self.min_utility:g}"
        return ""

    @property
    def sign(self) -> int:
        """1 where a higher utility is better, else -1."""
        return 1 if METRICS.load(self.utility).higher_is == "better" else -1

    @property
    def directions(self) -> list[Literal["minimize", "maximize"]]:
        """Return the directions of the study, in the order of `values`."""
        up: Literal["minimize", "maximize"] = "maximize" if self.sign > 0 else "minimize"
        if self.capped:
            return [up]
        return ["minimize"] if self.min_utility is not None else ["minimize", up]

    @property
    def names(self) -> list[str]:
        """Return the names of the objectives, in the order of `values`."""
        if self.limited:
            return [self.utility if self.capped else "leakage"]
        return ["leakage", self.utility]

    def values(self, point: Point) -> list[float]:
        """Return what the study is told about a point."""
        utility = point.utilities[self.utility].value
        if self.capped:
            return [utility]
        return [point.leakage.value] + ([] if self.limited else [utility])

    def gain(self, point: Point) -> float:
        """Return the utility, turned so that higher is better."""
        return self.sign * point.utilities[self.utility].value

    def held(self, point: Point) -> tuple[str, Estimate | None]:
        """Return what is held against the limit, by its name; None if it was not measured."""
        if self.as_good_as:
            return f"leakage above {self.as_good_as}", point.beside.get("above")
        if self.min_utility is not None:
            return self.utility, point.utilities.get(self.utility)
        return self.leaks, point.leakage

    def violation(self, point: Point) -> float:
        """Return by how much the bad end of the interval is beyond the limit; 0 or less holds."""
        _, found = self.held(point)
        if self.as_good_as:
            return (1.0 if found is None else found.high) - SLACK
        if self.max_leakage is not None:
            return point.leakage.high - self.max_leakage
        if self.min_utility is not None:
            found = point.utilities[self.utility]
            return self.sign * self.min_utility - (found.low if self.sign > 0 else -found.high)
        return 0.0

    def hypervolume(self, points: Sequence[Point]) -> float:
        """Return the share of the square (leakage, utility), each 0 to 1, that is reached.

        Utility is scaled by the bounds of its metric, those without an end by 0 to 60.
        """
        low, high = METRICS.load(self.utility).bounds
        low, high = max(low, 0.0), min(high, 60.0)
        area, reached = 0.0, 0.0
        scaled = [(p.leakage.value, (p.utilities[self.utility].value - low) / (high - low))
                  for p in points]  # fmt: skip
        pairs = sorted((leak, use if self.sign > 0 else 1 - use) for leak, use in scaled)
        for leak, use in pairs:  # from little leakage to much: each adds what it has more of use
            if use > reached:
                area += (1 - leak) * (min(use, 1.0) - reached)
                reached = use
        return area


def asked(goal: Goal) -> list[str | float | None]:
    """Return a goal as runs and studies keep it, to see if it is the same again."""
    told = [goal.utility, goal.max_leakage, goal.min_utility]
    return told + [extra for extra in (goal.of, goal.as_good_as) if extra not in ("photo", "")]
