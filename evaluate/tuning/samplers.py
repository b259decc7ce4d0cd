"""What tries settings: the samplers of Optuna that a search may use."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.samplers import BaseSampler

from unmask.defenses import Choice, Range

from .spaces import Space
from .task import Task

SAMPLERS = ("tpe", "gp", "nsga2", "random", "grid")


def make_sampler(task: Task, seed: int) -> BaseSampler:
    """Build the sampler.

    Raises:
        ValueError: no such sampler.
    """
    if task.sampler == "tpe":
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=6)
    if task.sampler == "gp":
        return optuna.samplers.GPSampler(seed=seed, n_startup_trials=6)
    if task.sampler == "nsga2":
        # by default all of a single parameter mutates, which is a random search
        return optuna.samplers.NSGAIISampler(
            seed=seed,
            population_size=8,
            mutation_prob=1 / (len(task.space) + 1),
            crossover=optuna.samplers.nsgaii.SBXCrossover(),
        )
    if task.sampler == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    if task.sampler == "grid":
        return optuna.samplers.GridSampler(_grid(task.space, task.trials), seed=seed)
    raise ValueError(f"sampler must be one of {', '.join(SAMPLERS)}, got '{task.sampler}'")


def _grid(space: Space, trials: int) -> Mapping[str, list[Any]]:
    choices = math.prod(len(k.options) for k in space.values() if isinstance(k, Choice))
    ranges = sum(isinstance(kind, Range) for kind in space.values())
    steps = max(2, int((trials / choices) ** (1 / ranges) + 1e-9)) if ranges else 0
    return {
        name: list(kind.options) if isinstance(kind, Choice)
        else list(dict.fromkeys(kind.at(i / (steps - 1)) for i in range(steps)))
        for name, kind in space.items()
    }  # fmt: skip
