"""What a share of named photos is a mean over, as records say it."""

from __future__ import annotations

from ..statistics import Mean


def statistic_of(name: str, over: Mean) -> str:
    """Return `rank1` for a mean over people, `rank1/photo` for one over photos."""
    return name if over == "people" else f"{name}/photo"
