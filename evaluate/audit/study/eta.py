"""How long a study still takes, better known the further it is."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ...data.scene import Progress
from .cost import between
from .parts import Part

_EVERY = 1.0  # seconds between two changes of what is said


class Remaining:
    """Stands between an audit and the bar that shows it, and adds the time that is left.

    Args:
        parts: all models, with their estimates.
        progress: the bar.
    """

    def __init__(self, parts: Sequence[Part], progress: Progress | None) -> None:
        self._parts, self._progress = parts, progress
        self._open = {place for place, part in enumerate(parts)
                      if part.estimate and not part.records and not part.reason}  # fmt: skip
        self._now, self._start, self._first, self._share = -1, 0.0, 0.0, 0.0
        self._said, self._text = 0.0, ""

    def begin(self, number: int) -> None:
        """Note that a model is asked from now on."""
        self._now, self._start, self._first, self._share = number, 0.0, 0.0, 0.0

    def end(self, number: int) -> None:
        """Note that a model is done, or given up."""
        self._open.discard(number)

    def __call__(self, label: str, done: int, total: int) -> None:
        """Show how far the model is, and how long all of it takes."""
        if label != "asking":
            if self._progress:
                self._progress(label, done, total)
            return
        now = time.monotonic()
        if not self._start:  # units taken over from before came at once
            self._start, self._first = now, done / total
        self._share = done / total
        if now - self._said > _EVERY or done == total:
            self._said, self._text = now, self.told(now)
        if self._progress:
            part = self._parts[self._now]
            where = f"{part.label} ({self._now + 1} of {len(self._parts)})"
            self._progress(f"asking: {where}{self._text}", done, total)

    def told(self, now: float | None = None) -> str:
        """Return how long it still takes, as `, 3 to 5 min left`; nothing if nobody knows."""
        low = high = 0.0
        for place in self._open:
            part = self._parts[place]
            if part.estimate is None:
                continue
            least, most = part.estimate.low, part.estimate.high
            if place == self._now:
                least, most = self._narrowed(least, most, now or time.monotonic())
            low, high = low + least, high + most
        return f", {between(low, high)} left" if high else ""

    def _narrowed(self, low: float, high: float, now: float) -> tuple[float, float]:
        """Return what is left of the model that is asked now: by its own pace, when known."""
        left = 1.0 - self._share
        asked = self._share - self._first
        if not self._start or asked <= 0.05:
            return low * left, high * left
        whole = (now - self._start) / asked
        return 0.9 * whole * left, 1.15 * whole * left
