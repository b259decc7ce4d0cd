"""What one process needs to take part in a search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..comparison.plan import Plan
from ..data.scene import Scene
from .goal import Goal
from .spaces import Space


@dataclass(frozen=True, eq=False)
class Task:
    """Everything one process needs to take part in a search.

    Args:
        defense: base spec.
        space: what is tuned.
        goal: what is wanted.
        scene: photos of the search people.
        plan: attackers, metrics and recognizers of the search.
        folder: run folder.
        trials: how many finished trials there shall be in all.
        sampler: one of `SAMPLERS`.
        storage: Optuna storage URL; empty: a journal file in the run folder.
        study: name of the study.
        cached: whether pictures may be kept.
        sampler_seed: seed of the sampler; None: that of the plan.
    """

    defense: str
    space: Space
    goal: Goal
    scene: Scene
    plan: Plan
    folder: Path
    trials: int
    sampler: str = "tpe"
    storage: str = ""
    study: str = "unmask"
    cached: bool = True
    sampler_seed: int | None = None
