"""Parts of the search people, so that hopeless settings cost little."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

from ..data.scene import Scene
from .points import Point

RUNGS = (0.25, 0.5, 1.0)
_LEAST = 4  # people


def part_of(scene: Scene, share: float) -> Scene | None:
    """Return the scene with a share of its people; None if that is too few to say anything."""
    if share >= 1:
        return scene
    names = sorted({photo.identity for photo in scene.gallery}, key=_rank)
    count = math.ceil(share * len(names))
    if count < _LEAST:
        return None
    kept = set(names[:count])
    return replace(
        scene,
        gallery=tuple(photo for photo in scene.gallery if photo.identity in kept),
        probes=tuple(photo for photo in scene.probes if photo.identity in kept),
    )


def pruned_at(point: Point, part: Scene, whole: Scene) -> float:
    """Return what is held against the cap: the lower end of the leakage, less luck.

    Among fewer people guessing succeeds more often, so what chance adds is taken off.
    """
    return point.leakage.low - (1 / part.people - 1 / whole.people)


def _rank(name: str) -> bytes:
    return hashlib.sha256(f"rung {name}".encode()).digest()
