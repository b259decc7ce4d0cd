"""The search itself, with Optuna: open a study, and run trials until it has enough."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable

import optuna
from optuna.trial import FrozenTrial, TrialState

from unmask.device import mark

from ..comparison.config import code_for
from ..comparison.content import content_of
from .goal import asked
from .objective import Objective
from .points import Point
from .samplers import make_sampler
from .spaces import active, anchors, apart, midpoint
from .storages import close, load_or_create
from .task import Task
from .trials import FINISHED, failures, points_of

HOPELESS = 10  # failed trials, and no other: it is the defense, not its settings

optuna.logging.set_verbosity(optuna.logging.ERROR)  # what fails is in trials.csv, with its reason


def open_study(task: Task) -> optuna.Study:
    """Open the study, or make it with weak end, strong end and default waiting.

    Raises:
        ValueError: the storage holds a study of that name with other settings.
    """
    wanted = {
        "defense": task.defense,
        "space": {name: repr(kind) for name, kind in task.space.items()},
        "goal": asked(task.goal),
        "photos": content_of(task.scene),  # not the name of the folder, which two may share
        "split": task.scene.split.hash,
        "plan": json.loads(json.dumps(task.plan.as_dict())),
        "code": code_for([task.defense], task.plan),
        "device": mark(),
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
    rank = task.goal.gain if task.goal.capped else _little_leakage
    best = max(holding, key=rank)
    alike = [p for p in failing if midpoint(best.settings, p, task.space)]
    if alike:
        near = min(alike, key=lambda p: apart(best.settings, p, task.space))
        study.enqueue_trial(midpoint(best.settings, near, task.space) or {}, skip_if_exists=True)


def _little_leakage(point: Point) -> float:
    return -point.leakage.value
