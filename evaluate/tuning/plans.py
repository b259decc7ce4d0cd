"""The two plans of a search: who attacks while it looks, and who checks what it chose."""

from __future__ import annotations

from dataclasses import replace

from ..comparison.plan import Plan
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
