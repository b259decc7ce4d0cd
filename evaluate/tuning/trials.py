"""What a study holds: its trials as points, rows and counts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import optuna
from optuna.trial import TrialState

from .goal import Goal
from .points import Point

_LOOK = "look "  # begins the names of attributes
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


def count_opening(study: optuna.Study, people: str) -> None:
    """Note that the test people are about to be looked at.

    Each look has a name of its own, so that of two programs neither forgets the other's.

    Args:
        study: any of those in its storage.
        people: what the test people are, by content.
    """
    study.set_user_attr(f"{_LOOK}{uuid4().hex}", people)


def openings(study: optuna.Study, people: str) -> int:
    """Return how often all studies in the storage have looked at these test people."""
    summaries = optuna.get_all_study_summaries(study._storage, include_best_trial=False)
    return sum(
        name.startswith(_LOOK) and seen == people
        for summary in summaries
        for name, seen in summary.user_attrs.items()
    )


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
