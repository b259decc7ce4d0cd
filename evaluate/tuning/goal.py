"""What a search wants: a front, a cap on leakage, or a floor under utility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..comparison.plan import METRICS
from .points import Point


@dataclass(frozen=True)
class Goal:
    """Leakage down, one utility up; at most one of them may have a limit.

    A limit holds where the whole 95 % interval is on its safe side.

    Args:
        utility: name of the metric.
        max_leakage: the best utility is wanted at a leakage of at most this, 0 to 1.
        min_utility: the least leakage is wanted at a utility at least as good as this, in
            the unit of the metric (for a metric where lower is better: at most this).

    Raises:
        LookupError: no such metric.
        ValueError: two limits, or one out of range.
    """

    utility: str = "ssim"
    max_leakage: float | None = None
    min_utility: float | None = None

    def __post_init__(self) -> None:
        low, high = METRICS.load(self.utility).bounds
        if self.max_leakage is not None and self.min_utility is not None:
            raise ValueError("give --max-leakage or --min-utility, not both: one is the limit, "
                             "the other is what is searched")  # fmt: skip
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
        return self.max_leakage is not None or self.min_utility is not None

    @property
    def limit(self) -> str:
        """The limit in words, `leakage at most 0.2`; empty where there is none."""
        if self.max_leakage is not None:
            return f"leakage at most {self.max_leakage:g}"
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
        if self.max_leakage is not None:
            return [up]
        return ["minimize"] if self.min_utility is not None else ["minimize", up]

    @property
    def names(self) -> list[str]:
        """Return the names of the objectives, in the order of `values`."""
        if self.limited:
            return [self.utility if self.max_leakage is not None else "leakage"]
        return ["leakage", self.utility]

    def values(self, point: Point) -> list[float]:
        """Return what the study is told about a point."""
        utility = point.utilities[self.utility].value
        if self.max_leakage is not None:
            return [utility]
        return [point.leakage.value] + ([] if self.limited else [utility])

    def gain(self, point: Point) -> float:
        """Return the utility, turned so that higher is better."""
        return self.sign * point.utilities[self.utility].value

    def violation(self, point: Point) -> float:
        """Return by how much the bad end of the interval is beyond the limit; 0 or less holds."""
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
