"""Figures of several runs beside each other: a map, a table, a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..pages.heat import Spot, heat_map
from ..pages.looks import looks
from ..pages.scatter import Plane, scatter
from ..pages.table import Cell, Heading, sortable_table
from ..pages.tags import Html
from ..results.summary import Row
from ..results.table import interval, printed
from .cells import figure, percent
from .plane import ISO, LEAKAGE, axis_of, points_of
from .reading import Run

Line = list[Cell | str]


def told_apart(runs: Sequence[Run]) -> list[Run]:
    """Return the runs under names of which no two are the same."""
    seen: dict[str, int] = {}
    found = []
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        name = run.name if seen[run.name] == 1 else f"{run.name} #{seen[run.name]}"
        found.append(replace(run, name=name))
    return found


def leakage_map(runs: Sequence[Run]) -> Html:
    """Return what the strongest attacker names, defenses by runs."""
    lines = [
        (shown, [_spot(row_of(run, shown), run) for run in runs]) for shown in defenses_of(runs)
    ]
    return heat_map("Photos of 100 that the strongest attacker names", [r.name for r in runs],
                    lines, corner="defense")  # fmt: skip


def _spot(row: Row | None, run: Run) -> Spot:
    if row is None:
        return Spot("", None, f"{run.name}: not in this run")
    worst = row.worst
    tip = f"{run.name}: {row.shown}\n"
    if not row.measured:
        return Spot(printed(worst), None, f"{tip}{worst.status}. {worst.reason}")
    sign = ">= " if row.state == "at least" else ""
    tip += f"{printed(worst, 3)} ({interval(worst, 3, ' to ')}) by {row.attacker}"
    return Spot(f"{sign}{percent(worst.value)}", worst.value, tip)


def leakage_table(runs: Sequence[Run]) -> Html:
    """Return the same with intervals."""
    body: list[Line] = []
    for shown in defenses_of(runs):
        rows = [row_of(run, shown) for run in runs]
        body.append([shown, *(figure(row.worst if row else None) for row in rows)])
    head: list[Heading | str] = ["defense", *(Heading(run.name, "less") for run in runs)]
    return sortable_table("Leakage with 95 % intervals", head, body)


def common_plane(runs: Sequence[Run]) -> list[str]:
    """Return all runs in one plane of leakage and use."""
    points = [point for run in runs for point in points_of(run, suffix=f" ({run.name})")]
    axes = [axis_of(run, metric) for run in runs for metric in run.metrics[:3]]
    drawn = [axis for axis in dict.fromkeys(axes)
             if any(p.xs.get(axis.title) is not None for p in points)]  # fmt: skip
    if not drawn:
        return []
    names = len(points) <= 40  # more names than that cannot be read
    shown = points if names else [replace(point, name="") for point in points]
    chances = {run.chance for run in runs if run.chance is not None}
    levels = [(chance, f"guessing: {chance:.3g}") for chance in sorted(chances)]
    plane = Plane("Leakage against use", LEAKAGE, levels, ISO, front=False,
                  says="Points of all runs; settings of one defense are joined.")  # fmt: skip
    families = looks([point.family for point in points])
    return [scatter(plane, drawn[:4], shown, families)]


def setting_of(run: Run) -> str:
    """Return data and budget of a run."""
    first = run.records[0]
    return f"{first.dataset}, budget {first.budget}"


def seed_of(run: Run) -> int:
    """Return the seed of a run."""
    return run.records[0].seed


def defenses_of(runs: Sequence[Run]) -> list[str]:
    """Return the names of all defenses, each once."""
    return list(dict.fromkeys(row.shown for run in runs for row in run.rows))


def row_of(run: Run, shown: str) -> Row | None:
    """Return the row of a defense; None: this run has none."""
    return next((row for row in run.rows if row.shown == shown), None)
