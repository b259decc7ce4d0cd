"""Runs that differ in their seed alone: mean, spread and paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.ranks import SURE
from ..results.records import Record, find
from .reading import Run
from .side_by_side import Line, defenses_of, row_of, seed_of, setting_of

_SEEDS = (
    "These runs differ in their seed alone: another split of the same people, other draws. The "
    "mean is over {count} seeds; lowest and highest say how far they lie apart, and the spread is "
    "their standard deviation. {count} seeds are {few}, so no interval is made of them: each "
    "run's own interval, over its people, is in the table above."
)
_PAIRS = (
    "How much more a defense leaks than the one with the lowest mean, on the same photos in each "
    "run: paired, then averaged over seeds. Certain: in so many runs the difference holds at 95 % "
    "after an adjustment for all pairs of defenses of that run."
)


def seeds(runs: Sequence[Run]) -> list[str]:
    """Return mean, spread and paired differences over runs that differ in their seed alone."""
    told: list[str] = []
    for group in seed_groups(runs):
        count = len(group)
        few = "few" if count < 10 else "not many"
        told.append(tag("h3", f"{setting_of(group[0])}: {', '.join(run.name for run in group)}"))
        told.append(_SEEDS.format(count=count, few=few))
        told.append(_over(group))
        pairs = _paired(group)
        told += [_PAIRS, pairs] if pairs else []
    return told


def seed_groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the groups of runs that differ in nothing but their seed.

    Figures of other code or other attackers are no draws of the same one.
    """
    found: dict[object, list[Run]] = {}
    for run in runs:
        first, plan, code = run.records[0], run.config.get("plan"), run.config.get("code")
        who = plan.get("attackers") if isinstance(plan, dict) else None
        same = (first.dataset, first.budget, first.models, repr(code), repr(who))
        found.setdefault(same, []).append(run)
    return [group for group in found.values() if len({seed_of(run) for run in group}) > 1]


def _over(group: Sequence[Run]) -> Html:
    body: list[Line] = []
    for shown in defenses_of(group):
        rows = [row for run in group if (row := row_of(run, shown)) is not None]
        values = [row.worst.value for row in rows if row.worst.value is not None]
        bound = any(row.state == "at least" for row in rows)
        lost = len(group) - len(values)
        if not values:
            body.append([shown, Cell(MISSING), Cell(MISSING), Cell(MISSING), Cell("0", 0.0),
                         "in no run"])  # fmt: skip
            continue
        sign = ">= " if bound else ""
        spread = Cell(MISSING) if len(values) < 2 else Cell(f"{stdev(values):.3f}", stdev(values))
        ends = Cell(f"{min(values):.3f} to {'?' if bound else f'{max(values):.3f}'}", min(values))
        note = "a lower bound in some run" if bound else ""
        if lost:
            note = f"{note}; no figure in {lost}".removeprefix("; ")
        mean = Cell(f"{sign}{fmean(values):.3f}", fmean(values), bound)
        body.append([shown, mean, ends, spread, Cell(str(len(values)), len(values)), note])
    head: list[Heading | str] = [
        "defense", Heading("mean leakage", "less"), Heading("lowest to highest"),
        Heading("spread"), Heading("seeds"), "note",
    ]  # fmt: skip
    return sortable_table("Leakage over seeds", head, body)


def _paired(group: Sequence[Run]) -> Html | None:
    """Return differences to the defense with the lowest mean, where every run has them."""
    means = {}
    for shown in defenses_of(group):
        rows = [row_of(run, shown) for run in group]
        known = [row.worst.value for row in rows if row and row.state == "ok"]
        if len(known) == len(group):
            means[shown] = fmean(value or 0.0 for value in known)
    if len(means) < 2:
        return None
    best = min(means, key=lambda shown: means[shown])
    body: list[Line] = []
    for shown in means:
        found = [_difference(run, shown, best) for run in group] if shown != best else []
        gaps = [gap for gap in found if gap is not None]
        if len(gaps) == len(group):
            values = [gap for gap, _ in gaps]
            sure = sum(certain for _, certain in gaps)
            ends = Cell(f"{min(values):.3f} to {max(values):.3f}", min(values))
            mean = Cell(f"{fmean(values):+.3f}", fmean(values))
            body.append([shown, mean, ends, Cell(f"{sure} of {len(group)}", sure)])
    if not body:
        return None
    head: list[Heading | str] = ["defense", Heading(f"more than {best}"),
                                 Heading("lowest to highest"), Heading("certain")]  # fmt: skip
    return sortable_table(f"Paired differences to {best}", head, body)


def _difference(run: Run, shown: str, other: str) -> tuple[float, bool] | None:
    """Return how much more one defense leaks than another in a run, and whether that is sure."""
    one, two = row_of(run, shown), row_of(run, other)
    if one is None or two is None:
        return None
    for first, second, sign in ((one, two, 1.0), (two, one, -1.0)):
        found = find(run.records, kind="difference", defense=first.defense, name=second.defense)
        if found and found[0].value is not None:
            return sign * found[0].value, _sure(found[0])
    return None


def _sure(gap: Record) -> bool:
    return gap.status == "ok" and gap.p is not None and gap.p <= SURE
