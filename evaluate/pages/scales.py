"""From figures to pixels, with ticks at round figures."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Places figures between `low` and `high` on pixels from `start` to `end`.

    Args:
        low: figure at `start`.
        high: figure at `end`; must be greater.
        start: pixel.
        end: pixel; less than `start` for an axis that rises.
        log: equal factors are equally wide; `low` must be positive.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError(f"a scale needs low < high (log: both positive), got {self}")

    def __call__(self, value: float) -> float:
        """Return the pixel of a figure; one outside is put at the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Return round figures inside, about so many."""
        if self.log:
            return _log_ticks(self.low, self.high, about)
        step = _round_step((self.high - self.low) / about)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def around(values: list[float], *, log: bool = False, least: float = 0.0) -> tuple[float, float]:
    """Return ends that hold all figures with some air, never equal.

    Args:
        values: figures; none gives 0 to 1.
        log: air is a factor.
        least: smallest width, or 0.
    """
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if log:
        air = (high / low) ** 0.06 if high > low else 1.5
        return low / air, high * air
    width = max(high - low, least) or abs(high) or 1.0
    middle = (low + high) / 2
    return middle - 0.55 * width, middle + 0.55 * width


def short(value: float) -> str:
    """Return a figure for an axis or a tip: three significant digits, no needless zeros."""
    return f"{value:.3g}" if abs(value) < 1e4 else f"{value:.2e}"


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= step * 0.999)


def _log_ticks(low: float, high: float, about: int) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        found = [f * 10.0**p for p in powers for f in factors]
        found = [value for value in found if low * 0.999 <= value <= high * 1.001]
        if len(found) >= min(about, 3):
            return found
    return found
