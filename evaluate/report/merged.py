"""Several runs on one page: side by side, and over seeds where only the seed differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

from unmask.defenses.files.atomic import write_text

from ..pages.heat import Spot, heat_map
from ..pages.looks import looks
from ..pages.scatter import Plane, scatter
from ..pages.shell import Section, page
from ..pages.table import MISSING, Cell, Heading, sortable_table
from ..pages.tags import Html, tag
from ..results.ranks import SURE
from ..results.records import Record, find
from ..results.summary import Row
from ..results.table import interval, printed
from .cells import figure, percent
from .overview import overview
from .page import FOOTER
from .plane import ISO, LEAKAGE, axis_of, points_of
from .provenance import provenance
from .reading import Run, read_run
from .words import verdict

Line = list[Cell | str]

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


def write_merged(folders: Sequence[Path], out: Path) -> Path:
    """Write one page about several runs.

    Args:
        folders: run folders of compare, at least one.
        out: the page.

    Raises:
        ValueError: a folder holds no run, or the same one is named twice.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise ValueError("each run can stand on a page once; a folder is named twice")
    write_text(out, merged_page([read_run(folder) for folder in folders]))
    return out


def merged_page(runs: Sequence[Run]) -> str:
    """Return the page of several runs."""
    runs = told_apart(runs)
    lead = [tag("p", f"{len(runs)} runs: {_what(runs)}.", class_="lead")]
    lead += [_verdict(run) for run in runs]
    sections = [
        Section("Leakage, side by side", [_matrix(runs), _table(runs)], "table", "Side by side"),
        Section("Over seeds", seeds(runs), "seeds", "Seeds"),
        Section("What leaks against what use is left", _plane(runs), "plane", "Trade-off"),
        *(Section(f"All figures: {run.name}", overview(run), f"run{n}", run.name)
          for n, run in enumerate(runs)),
        Section("Where these figures come from", [p for run in runs for p in provenance(run)],
                "provenance", "Provenance"),
    ]  # fmt: skip
    return page("unmask: runs side by side", lead, sections, footer=[FOOTER])


def told_apart(runs: Sequence[Run]) -> list[Run]:
    """Return the runs under names of which no two are the same."""
    seen: dict[str, int] = {}
    found = []
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        name = run.name if seen[run.name] == 1 else f"{run.name} #{seen[run.name]}"
        found.append(replace(run, name=name))
    return found


def seeds(runs: Sequence[Run]) -> list[str]:
    """Return mean, spread and paired differences over runs that differ in their seed alone."""
    told: list[str] = []
    for group in seed_groups(runs):
        count = len(group)
        few = "few" if count < 10 else "not many"
        told.append(tag("h3", f"{_setting(group[0])}: {', '.join(run.name for run in group)}"))
        told.append(_SEEDS.format(count=count, few=few))
        told.append(_over(group))
        pairs = _paired(group)
        told += [_PAIRS, pairs] if pairs else []
    return told


def seed_groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the groups of runs that differ in nothing but their seed."""
    found: dict[object, list[Run]] = {}
    for run in runs:
        first = run.records[0]
        found.setdefault((first.dataset, first.budget, first.models), []).append(run)
    return [group for group in found.values() if len({_seed(run) for run in group}) > 1]


def _over(group: Sequence[Run]) -> Html:
    body: list[Line] = []
    for shown in _defenses(group):
        rows = [row for run in group if (row := _row(run, shown)) is not None]
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
    for shown in _defenses(group):
        rows = [_row(run, shown) for run in group]
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
    one, two = _row(run, shown), _row(run, other)
    if one is None or two is None:
        return None
    for first, second, sign in ((one, two, 1.0), (two, one, -1.0)):
        found = find(run.records, kind="difference", defense=first.defense, name=second.defense)
        if found and found[0].value is not None:
            return sign * found[0].value, _sure(found[0])
    return None


def _sure(gap: Record) -> bool:
    return gap.status == "ok" and gap.p is not None and gap.p <= SURE


def _matrix(runs: Sequence[Run]) -> Html:
    lines = [(shown, [_spot(_row(run, shown), run) for run in runs]) for shown in _defenses(runs)]
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


def _table(runs: Sequence[Run]) -> Html:
    body: list[Line] = []
    for shown in _defenses(runs):
        rows = [_row(run, shown) for run in runs]
        body.append([shown, *(figure(row.worst if row else None) for row in rows)])
    head: list[Heading | str] = ["defense", *(Heading(run.name, "less") for run in runs)]
    return sortable_table("Leakage with 95 % intervals", head, body)


def _plane(runs: Sequence[Run]) -> list[str]:
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


def _verdict(run: Run) -> Html:
    said = " ".join(verdict(run.rows, run.limit))
    return tag("p", tag("b", f"{run.name} ({_setting(run)}, seed {_seed(run)}): "), said)


def _what(runs: Sequence[Run]) -> str:
    settings = list(dict.fromkeys(_setting(run) for run in runs))
    return "; ".join(settings)


def _setting(run: Run) -> str:
    first = run.records[0]
    return f"{first.dataset}, budget {first.budget}"


def _seed(run: Run) -> int:
    return run.records[0].seed


def _defenses(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(row.shown for run in runs for row in run.rows))


def _row(run: Run, shown: str) -> Row | None:
    return next((row for row in run.rows if row.shown == shown), None)
