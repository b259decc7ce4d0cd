"""`unmask tune`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..tuning.iso import Iso
    from ..tuning.run import Status, Tuned


def tune(
    defense: Annotated[
        str, typer.Argument(help="Defense to tune; set parameters stay. Or 'all'.")
    ],
    data: Annotated[str, typer.Argument(help="Dataset or folder: orl, lfw:PATH, PATH.")] = "orl",
    max_leakage: Annotated[
        float | None, typer.Option(help="Cap on leakage: its 95 % interval must end below.")
    ] = None,
    min_utility: Annotated[
        float | None, typer.Option(help="Floor under the utility instead: least leakage above.")
    ] = None,
    utility: Annotated[str, typer.Option(help="The utility metric.")] = "ssim",
    trials: Annotated[int, typer.Option(help="Settings to try.")] = 30,
    sampler: Annotated[
        str,
        typer.Option(help="tpe, gp, nsga2, random or grid. Default: tpe under a limit, else gp."),
    ] = "",
    space: Annotated[
        str, typer.Option(help="Other ranges, weak to strong: 'sigma=0.05..2 region=head|image'.")
    ] = "",
    search_budget: Annotated[str, typer.Option(help="Effort of attackers, search.")] = "search",
    budget: Annotated[str, typer.Option(help="Effort of attackers, test.")] = "standard",
    search_recognizers: Annotated[str, typer.Option(help="Face models of the search.")] = "dlib",
    report_recognizers: Annotated[
        str, typer.Option(help="Face models of the test. Default: those of the search.")
    ] = "",
    metrics: Annotated[str, typer.Option(help="Utility metrics. Default: all.")] = "",
    split: Annotated[
        str, typer.Option(help="Shares of people: background, search, test.")
    ] = "0.25,0.35,0.4",
    limit: Annotated[int, typer.Option(help="Use at most so many people; 0: all.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of everything.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes that search side by side.")] = 1,
    workers: Annotated[int, typer.Option(help="Processes of the test; 0: one per core.")] = 0,
    storage: Annotated[
        str, typer.Option(help="Optuna storage, to share a study: postgresql+psycopg://...")
    ] = "",
    study: Annotated[str, typer.Option(help="Name of the study.")] = "",
    search_only: Annotated[
        bool, typer.Option("--search-only", help="Only take part in a shared search.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Run folder; must be new or empty.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything anew.")] = False,
    drop_duplicates: Annotated[
        bool, typer.Option("--drop-duplicates", help="Leave duplicate photos out, listed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Search the weakest strength that is safe, and check it on other people."""
    if resume and out is None:
        raise typer.BadParameter("needs --out, the folder of the run", param_hint="--resume")
    if no_cache:
        os.environ["UNMASK_CACHE"] = "off"
    from ..comparison import new_folder
    from ..plan import BUDGETS, Plan, usual_metrics
    from ..specs import parse_shares, split_specs
    from ..tuning.goal import Goal
    from ..tuning.iso import tune_all
    from ..tuning.run import as_json as result_json
    from ..tuning.run import tune as run
    from .progress import Bars

    names = tuple(split_specs(metrics)) or usual_metrics()
    names = tuple(dict.fromkeys((*names, utility)))
    known = tuple(split_specs(search_recognizers))
    other = tuple(split_specs(report_recognizers)) or known

    def plan(effort: str, models: tuple[str, ...]) -> Plan:
        attackers = BUDGETS.get(effort, ("naive",))
        return Plan(attackers, names, models, effort, seed)

    goal = Goal(utility, max_leakage, min_utility)
    folder = out or new_folder("tune")
    settings: dict[str, Any] = {
        "goal": goal, "folder": folder, "trials": trials, "sampler": sampler, "space": space,
        "search": plan(search_budget, known), "test": plan(budget, other),
        "shares": parse_shares(split), "people": limit, "drop_duplicates": drop_duplicates,
        "storage": storage, "study": study, "jobs": jobs, "workers": workers,
        "cached": not no_cache, "resume": resume, "search_only": search_only,
        "watch": None if quiet else _live,
    }  # fmt: skip
    try:
        if defense == "all":
            iso = tune_all(data, say=None if quiet else _announce, **settings)
            _print_iso(iso, quiet=quiet)
            holds = all(found.holds for found in iso.tuned.values()) and not iso.failed
        else:
            with Bars(quiet=True) as bars:
                found = run(defense, data, progress=bars, **settings)
            holds = found.holds
            if as_json:
                typer.echo(result_json(found))
            elif not quiet:
                _print(found, search_only=search_only)
    except KeyboardInterrupt:
        typer.echo(f"\nunmask: stopped; finished trials are kept. Go on with:\n  "
                   f"{_again(folder)}", err=True)  # fmt: skip
        raise typer.Exit(130) from None
    if goal.limited and not holds and not search_only:
        typer.echo("unmask: the limit does not hold on the test people", err=True)
        raise typer.Exit(3)


def _print(tuned: Tuned, *, search_only: bool) -> None:
    from ..tuning.outputs import told, verdict

    if sys.stderr.isatty():
        typer.echo(err=True)
    if search_only:
        typer.echo(f"{len(tuned.points)} trials are measured; another process chooses and checks")
        return
    lines = [verdict(tuned)]
    seen = tuned.chosen or next(
        (p for p in tuned.points if tuned.check and p.number == tuned.check.number), None
    )
    metric = tuned.goal.utility
    for name, point in (("search", seen), ("test", tuned.check)):
        if point:
            who = point.attacker or f"nobody: {point.reason}"
            figures = f"leakage {told(point.leakage)} by {who}"
            lines.append(f"  {name:9}{figures}; {metric} {told(point.utilities.get(metric))}")
    lines.append(f"  optimism {told(tuned.optimism)} (search minus test leakage)")
    lines.append(f"  the test people were opened {tuned.opened} times in this study")
    lines += [f"note: {note}" for note in tuned.notes[:10]]
    if tuned.chosen:
        lines.append(f"use it: unmask apply @{tuned.folder / 'chosen.json'} SOURCE TARGET")
    lines.append(f"written: {tuned.folder / 'report.html'}")
    typer.echo("\n".join(lines))


def _print_iso(iso: Iso, *, quiet: bool) -> None:
    if quiet:
        return
    from rich.console import Console
    from rich.table import Table

    head, body = iso.table()
    table = Table(*head)
    for row in body:
        table.add_row(*(cell.removeprefix("!") for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    console.print(f"written: {iso.folder / 'report.html'}", markup=False, highlight=False)


def _live(status: Status) -> None:
    best = "none holds yet"
    if status.best:
        figures = ", ".join(
            f"{n} {e.value:.3f}" for n, e in list(status.best.utilities.items())[:1]
        )
        best = f"best {status.best.defense} leaks {status.best.leakage.value:.2f}"
        best += f" (to {status.best.leakage.high:.2f}), {figures}" if figures else ""
    minutes, seconds = divmod(round(status.left), 60)
    line = (f"trial {status.done}/{status.trials} · {best} · hypervolume "
            f"{status.hypervolume:.3f} · {minutes}:{seconds:02d} left")  # fmt: skip
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{line[:150]}")
        sys.stderr.flush()
    elif status.done and status.done % 10 == 0:
        typer.echo(line, err=True)


def _announce(text: str) -> None:
    typer.echo(text, err=True)


def _again(folder: Path) -> str:
    words = ["unmask", *sys.argv[1:]]
    if "--out" not in words:
        words += ["--out", str(folder)]
    return shlex.join(words if "--resume" in words else [*words, "--resume"])
