"""What a study holds: its trials as points, rows and counts."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.trial import TrialState

from .goal import Goal
from .points import Point

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


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
