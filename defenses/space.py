"""What a parameter may be: a range from weak to strong, or a choice."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Numbers from the weakest to the strongest setting (in that order).

    Args:
        weak: the setting that changes least; may be larger than `strong`.
        strong: the setting that hides most.
        log: steps are ratios, not differences.
        integer: whole numbers only.
        when: this parameter only matters where another has one of these values,
            for example `("method", ("eigenface",))`.
    """

    weak: float
    strong: float
    log: bool = False
    integer: bool = False
    when: tuple[str, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        if self.weak == self.strong:
            raise ValueError(f"a range needs two different ends, got {self.weak} twice")
        if self.log and min(self.weak, self.strong) <= 0:
            raise ValueError(f"a log range must be above 0, got {self.weak} to {self.strong}")

    def at(self, share: float) -> float | int:
        """Return the setting `share` of the way (0 to 1) from weak to strong."""
        if share <= 0 or share >= 1:
            value = self.weak if share <= 0 else self.strong
        elif self.log:
            value = math.exp((1 - share) * math.log(self.weak) + share * math.log(self.strong))
        else:
            value = (1 - share) * self.weak + share * self.strong
        return round(value) if self.integer else float(f"{value:.6g}")

    def __contains__(self, value: object) -> bool:
        low, high = sorted((self.weak, self.strong))
        return isinstance(value, int | float) and low <= value <= high


@dataclass(frozen=True)
class Choice:
    """One of several values; listed weak to strong where there is such an order.

    Args:
        options: the values.
        when: as in `Range`.
    """

    options: tuple[str | int | float | bool, ...]
    when: tuple[str, tuple[str, ...]] | None = None

    def __contains__(self, value: object) -> bool:
        return value in self.options
