"""What a share of named photos is a mean over, as records say it."""

from __future__ import annotations

from ..statistics import Mean


def statistic_of(name: str, over: Mean) -> str:
    """Return `rank1` for a mean over photos, `rank1/person` for one over people."""
    return name if over == "photos" else f"{name}/person"
