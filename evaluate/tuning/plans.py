"""The two plans of a search: who attacks while it looks, and who checks what it chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from unmask.defenses import format_spec

from ..comparison.plan import ATTACKERS, MORE, Plan
from ..data.scene import Progress
from .goal import Goal


def with_models(
    search: Plan | None, test: Plan | None, progress: Progress | None
) -> tuple[Plan, Plan]:
    """Return the plans of search and test, their face models fetched and written out."""
    search = (search or Plan(budget="search")).with_models(progress)
    test = test or Plan(seed=search.seed)
    if test.recognizers is None:
        test = replace(test, recognizers=search.recognizers)
    return search, test


def both_plans(
    goal: Goal, search: Plan | None, test: Plan | None, progress: Progress | None
) -> tuple[Plan, Plan]:
    """Return both plans, after unknown names and a goal without its metric are said."""
    for plan in filter(None, (search, test)):
        plan.build_attackers()
    search, test = with_models(search, test, progress)
    for plan in (search, test):
        if goal.utility not in [m.name for m in plan.build_metrics()]:
            raise ValueError(f"the goal needs the metric {goal.utility}; add it to --metrics")
    return search, test


def with_utility(
    metrics: Sequence[str], utility: str, attackers: Sequence[str]
) -> tuple[str, ...]:
    """Return the metrics with that of the goal; `answers` are those of the model that attacks.

    Raises:
        ValueError: `answers` is wanted, and no model, or several, attack.
    """
    if utility in [spec.partition(":")[0] for spec in metrics]:
        return tuple(metrics)
    return (*metrics, _answers(attackers) if utility == "answers" else utility)


def _answers(attackers: Sequence[str]) -> str:
    specs = [spec.removeprefix(MORE) for spec in attackers]
    built: list[Any] = [ATTACKERS.build(spec) for spec in specs
                        if spec.partition(":")[0] == "named"]  # fmt: skip
    asked = {(one.model, one.dtype, one.batch) for one in built}
    if len(asked) != 1:
        raise ValueError(
            "--utility answers are those of the one model in --attackers named:model=FOLDER, got "
            f"{len(asked)} models; or name it: --metrics +answers:model=FOLDER"
        )
    ((model, dtype, batch),) = asked
    return format_spec("answers", {"model": model, "dtype": dtype, "batch": batch})
