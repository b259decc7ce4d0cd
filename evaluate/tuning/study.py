"""The search itself, with Optuna: studies, samplers, trials, storages, processes."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from unmask.defenses import Choice, Range

from ..comparison.plan import Plan
from ..data.pictures import Pictures
from ..data.scene import Scene
from .goal import Goal
from .points import Point, measured_at, point_of
from .rungs import RUNGS, part_of, pruned_at
from .spaces import Space, active, anchors, apart, midpoint, spec_with
from .storages import close, load_or_create
from .strip import keep_strip

SAMPLERS = ("tpe", "gp", "nsga2", "random", "grid")
ANCHORS = 3  # weak end, strong end, default
HOPELESS = 10  # failed trials, and no other: it is the defense, not its settings
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)

optuna.logging.set_verbosity(optuna.logging.ERROR)  # what fails is in trials.csv, with its reason


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


class SurplusError(Exception):
    """Another process has the last of the trials already."""


def open_study(task: Task) -> optuna.Study:
    """Open the study, or make it with weak end, strong end and default waiting.

    Raises:
        ValueError: the storage holds a study of that name with other settings.
    """
    wanted = {
        "defense": task.defense,
        "space": {name: repr(kind) for name, kind in task.space.items()},
        "goal": [task.goal.utility, task.goal.max_leakage, task.goal.min_utility],
        "dataset": task.scene.dataset,
        "split": task.scene.split.hash,
        "plan": json.loads(json.dumps(task.plan.as_dict())),
    }
    study = load_or_create(task.storage, task.folder, task.study, task.goal.directions)
    held = study.user_attrs.get("settings")
    if held is None and not study.get_trials(deepcopy=False):
        study.set_user_attr("settings", wanted)
        held = wanted
        if task.sampler != "grid":
            for settings in anchors(task.defense, task.space):
                settings = active(task.space, settings, task.defense)
                study.enqueue_trial(settings, skip_if_exists=True)
    other = [key for key in wanted if (held or {}).get(key) != wanted[key]]
    if other or [d.name.lower() for d in study.directions] != task.goal.directions:
        raise ValueError(
            f"study '{task.study}' in this storage was made with other settings "
            f"({', '.join(other) or 'directions'}); use the same ones, or another --study name"
        )
    if study.metric_names != task.goal.names:  # a study of before they had names gets them too
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.set_metric_names(task.goal.names)
    return study


def take_over(study: optuna.Study) -> int:
    """Put trials that a killed run left behind back in the queue; return how many."""
    left = [t for t in study.get_trials(deepcopy=False) if t.state == TrialState.RUNNING]
    for trial in left:
        study.tell(trial.number, state=TrialState.FAIL)
        if trial.params:
            study.enqueue_trial(trial.params)
    return len(left)


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


def work(task: Task, number: int = 0, after: Callable[[optuna.Study], None] | None = None) -> None:
    """Run trials until the study has enough of them, whoever finished them.

    Args:
        task: what to do.
        number: of this process, 0 for the first; each draws with a seed of its own.
        after: called after each trial.
    """
    study = open_study(task)
    done = sum(t.state in FINISHED for t in study.get_trials(deepcopy=False))
    first = task.plan.seed if task.sampler_seed is None else task.sampler_seed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        study.sampler = make_sampler(task, first + 1000 * done + number)
    if task.goal.max_leakage is not None:
        study.pruner = optuna.pruners.ThresholdPruner(upper=task.goal.max_leakage)

    def stop(study: optuna.Study, _: FrozenTrial) -> None:
        if after:
            after(study)
        trials = study.get_trials(deepcopy=False)
        finished = sum(t.state in FINISHED for t in trials)
        hopeless = not finished and len(failures(study)) >= HOPELESS
        if finished >= task.trials or len(trials) > 3 * task.trials + 20 or hopeless:
            study.stop()
        elif task.goal.limited and task.sampler != "grid" and len(trials) % 2 == 0:
            _refine(study, task)

    if done < task.trials:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.optimize(Objective(task), callbacks=[stop], catch=(Exception,))
    close(study)


class Objective:
    """One trial: build the defense, attack it, tell what was found."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.pictures = None
        if task.cached:
            marks = b"".join(photo.key.encode() for photo in task.scene.background)
            self.pictures = Pictures(task.folder / "pictures.sqlite", marks)
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
            point = point_of(measured_at(spec, scene, task.plan, self.pictures))
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


def points_of(study: optuna.Study) -> list[Point]:
    """Return the points of all trials that were measured to the end, in order."""
    return [
        Point.restore(t.user_attrs["point"], t.params, t.number)
        for t in study.get_trials(deepcopy=False)
        if t.state == TrialState.COMPLETE and "point" in t.user_attrs
    ]


def trial_rows(study: optuna.Study) -> list[dict[str, Any]]:
    """Return one row per trial, ready for CSV."""
    rows = []
    for trial in study.get_trials(deepcopy=False):
        point = trial.user_attrs.get("point")
        seconds = trial.duration.total_seconds() if trial.duration else None
        row = {"trial": trial.number, "state": trial.state.name.lower(),
               "defense": trial.user_attrs.get("defense", ""), "seconds": seconds,
               "error": trial.user_attrs.get("error", "")}  # fmt: skip
        if point:
            names = ("leakage", "leakage_low", "leakage_high")
            row |= dict(zip(names, point["leakage"], strict=False))
            row["worst_attacker"] = point["attacker"]
            row |= {name: found[0] for name, found in point["utilities"].items()}
        rows.append(row)
    return rows


def importances(study: optuna.Study, goal: Goal) -> dict[str, float]:
    """Return how much each parameter matters for leakage, summing to 1; empty if unknown."""
    try:
        return optuna.importance.get_param_importances(
            study,
            evaluator=optuna.importance.FanovaImportanceEvaluator(seed=0),
            target=lambda trial: trial.user_attrs["point"]["leakage"][0],
        )
    except (ValueError, RuntimeError, ImportError):
        return {}  # too few trials, or all of one value


def count_opening(study: optuna.Study) -> None:
    """Note that the test people are about to be looked at."""
    study.set_user_attr("test_opened", openings(study) + 1)


def openings(study: optuna.Study) -> int:
    """Return how often the test people have been looked at."""
    return int(study.user_attrs.get("test_opened", 0))


def finished(study: optuna.Study) -> int:
    """Return how many trials are done."""
    return sum(t.state in FINISHED for t in study.get_trials(deepcopy=False))


def failures(study: optuna.Study) -> list[str]:
    """Return why trials broke, one line each, in order."""
    broken = [
        t for t in study.get_trials(deepcopy=False)
        if t.state == TrialState.FAIL and "surplus" not in t.user_attrs
    ]  # fmt: skip
    errors = [str(t.user_attrs.get("error", "interrupted")) for t in broken]
    return [next(iter(error.splitlines()), "") for error in errors]


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


def _grid(space: Space, trials: int) -> Mapping[str, list[Any]]:
    choices = math.prod(len(k.options) for k in space.values() if isinstance(k, Choice))
    ranges = sum(isinstance(kind, Range) for kind in space.values())
    steps = max(2, int((trials / choices) ** (1 / ranges) + 1e-9)) if ranges else 0
    return {
        name: list(kind.options) if isinstance(kind, Choice)
        else list(dict.fromkeys(kind.at(i / (steps - 1)) for i in range(steps)))
        for name, kind in space.items()
    }  # fmt: skip


def _refine(study: optuna.Study, task: Task) -> None:
    """Try half way between the best setting that holds and the nearest that does not."""
    points = points_of(study)
    holding = [p for p in points if task.goal.violation(p) <= 0]
    failing = [
        t.params for t in study.get_trials(deepcopy=False)
        if t.state in FINISHED and t.user_attrs.get("violation", 0) > 0
    ]  # fmt: skip
    if not holding or not failing:
        return
    rank = task.goal.gain if task.goal.max_leakage is not None else _little_leakage
    best = max(holding, key=rank)
    alike = [p for p in failing if midpoint(best.settings, p, task.space)]
    if alike:
        near = min(alike, key=lambda p: apart(best.settings, p, task.space))
        study.enqueue_trial(midpoint(best.settings, near, task.space) or {}, skip_if_exists=True)


def _little_leakage(point: Point) -> float:
    return -point.leakage.value
