"""One trial: build the defense, attack it, tell what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial, TrialState

from unmask.defenses import Choice, Range
from unmask.device import mark

from ..comparison.config import code_for
from ..comparison.content import content_of_photos
from ..comparison.measured import Measured
from ..data.pictures import Pictures
from ..data.scene import Scene
from .goal import Goal
from .points import Point, above, beside, measured_at, point_of
from .rungs import RUNGS, part_of, pruned_at
from .spaces import Space, active, spec_with
from .strip import keep_strip
from .task import Task

ANCHORS = 3  # weak end, strong end, default


class SurplusError(Exception):
    """Another process has the last of the trials already."""


class Objective:
    """One trial: build the defense, attack it, tell what was found."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.pictures = None
        if task.cached:
            basis = [content_of_photos(task.scene.background), *code_for([task.defense]).values()]
            self.pictures = Pictures(task.folder / "pictures.sqlite", " ".join([*basis, mark()]))
        self.others: dict[str, Measured] = {}
        steps = RUNGS if task.goal.max_leakage is not None else RUNGS[-1:]
        parts = {step: part_of(task.scene, step) for step in steps}
        self.parts = {step: scene for step, scene in parts.items() if scene is not None}

    def __call__(self, trial: Trial) -> list[float]:
        """Return the values the goal asks for.

        Raises:
            TrialPruned: a part of the people is enough to see that the cap cannot hold.
            SurplusError: there are trials enough.
        """
        _check_needed(trial, self.task.trials)
        try:
            return self._run(trial)
        except (optuna.TrialPruned, KeyboardInterrupt):
            raise
        except Exception as error:
            trial.set_user_attr("error", f"{type(error).__name__}: {error}")
            raise

    def _run(self, trial: Trial) -> list[float]:
        task = self.task
        settings = _suggest(trial, task.space, task.defense)
        spec = spec_with(task.defense, settings)
        trial.set_user_attr("defense", spec)
        parts = (
            self.parts if trial.number >= ANCHORS else {1.0: task.scene}
        )  # ends: never cut short
        for step, scene in parts.items():
            point = self._point(spec, scene)
            _tell(trial, point, task.goal)
            if task.goal.max_leakage is not None and step < 1:
                trial.report(pruned_at(point, scene, task.scene), int(100 * step))
                if trial.should_prune():
                    trial.set_constraint("limit", task.goal.violation(point))
                    raise optuna.TrialPruned(f"leaks on {scene.people} people already")
        if task.goal.limited:
            trial.set_constraint("limit", task.goal.violation(point))
        keep_strip(trial, spec, task.scene, task.plan.seed, task.folder)
        return task.goal.values(point)

    def _point(self, spec: str, scene: Scene) -> Point:
        goal, plan = self.task.goal, self.task.plan
        measured = measured_at(spec, scene, plan, self.pictures, of=goal.of)
        point = point_of(measured, of=goal.of)
        if not goal.as_good_as:
            return point
        other = beside(goal.as_good_as, spec)
        if other not in self.others:  # measured once for each region, whatever is kept on disk
            self.others[other] = measured_at(other, scene, plan, self.pictures)
        return replace(point, beside={"above": above(measured, self.others[other])})


def _tell(trial: Trial, point: Point, goal: Goal) -> None:
    trial.set_user_attr("point", point.as_dict())
    trial.set_user_attr("violation", goal.violation(point))
    trial.set_user_attr("worst_attacker", point.attacker)
    for name, found in point.utilities.items():
        trial.set_user_attr(name, found.value)


def _check_needed(trial: Trial, wanted: int) -> None:
    before = [
        t for t in trial.study.get_trials(deepcopy=False)
        if t.number < trial.number and t.state != TrialState.FAIL
    ]  # fmt: skip
    if len(before) >= wanted:
        trial.set_user_attr("surplus", True)
        trial.study.stop()
        raise SurplusError


def _suggest(trial: Trial, space: Space, defense: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, kind in space.items():
        if active(space, {**settings, name: None}, defense).keys() >= {name}:
            value = trial._suggest(name, _distribution(kind))
            settings[name] = float(f"{value:.6g}") if isinstance(value, float) else value
    return settings


def _distribution(kind: Range | Choice) -> BaseDistribution:
    if isinstance(kind, Choice):
        return CategoricalDistribution(kind.options)
    low, high = sorted((kind.weak, kind.strong))
    if kind.integer:
        return IntDistribution(int(low), int(high), log=kind.log)
    return FloatDistribution(low, high, log=kind.log)
