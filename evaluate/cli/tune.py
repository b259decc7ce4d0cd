"""`unmask tune`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .machines import (
    Address,
    Engine,
    PartOf,
    asked_of,
    merging,
    place_of,
    tell_share,
)
from .options import (
    AsJson,
    Budget,
    Data,
    Device,
    DropDuplicates,
    Few,
    Form,
    Limit,
    Metrics,
    Names,
    Out,
    Protocol,
    Quiet,
    Resume,
    Seed,
    Sessions,
    ShowFaces,
    Split,
    Workers,
    check_resume,
    chosen_form,
)

if TYPE_CHECKING:
    from ..tuning.iso import Iso
    from ..tuning.result import Tuned

_SHARES = "0.25,0.35,0.4"


def tune(
    context: typer.Context,
    defense: Annotated[
        str, typer.Argument(help="Defense to tune; set parameters stay. Or 'all'.")
    ],
    data: Data = "orl",
    max_leakage: Annotated[
        float | None, typer.Option(help="Cap on leakage: its 95 % interval must end below.")
    ] = None,
    of: Annotated[
        str, typer.Option(help="What the cap is on: the photo, or the face alone.")
    ] = "photo",
    as_good_as: Annotated[
        str,
        typer.Option(
            help="Instead: leak at most 0.05 more than this in the same region, as mask."
        ),
    ] = "",
    min_utility: Annotated[
        float | None, typer.Option(help="Floor under the utility instead: least leakage above.")
    ] = None,
    utility: Annotated[
        str,
        typer.Option(help="The utility metric; 'answers': those of the model of --attackers."),
    ] = "ssim",
    trials: Annotated[int, typer.Option(min=1, help="Settings to try.")] = 30,
    sampler: Annotated[
        str,
        typer.Option(help="tpe, gp, nsga2, random or grid. Default: tpe under a limit, else gp."),
    ] = "",
    space: Annotated[
        str, typer.Option(help="Other ranges, weak to strong: 'sigma=0.05..2 region=head|image'.")
    ] = "",
    attackers: Annotated[
        str,
        typer.Option(
            help="Attackers of search and test, or '+NAME' beside those of the budgets: "
            "named:model=FOLDER asks a vision-language model."
        ),
    ] = "",
    search_budget: Annotated[
        str, typer.Option(help="Effort of the attackers in the search: search, quick or standard.")
    ] = "search",
    budget: Budget = "standard",
    search_recognizers: Annotated[
        str, typer.Option(help="Face models of the search. Default: dlib and onnx:sface.")
    ] = "",
    report_recognizers: Annotated[
        str, typer.Option(help="Face models of the test. Default: those of the search.")
    ] = "",
    metrics: Metrics = "",
    split: Split = _SHARES,
    limit: Limit = 0,
    few: Few = False,
    seed: Seed = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that search side by side.")] = 1,
    workers: Workers = 0,
    device: Device = "",
    engine: Engine = "local",
    address: Address = "",
    part: PartOf = None,
    storage: Annotated[
        str, typer.Option(help="Optuna storage, to share a study: postgresql+psycopg://...")
    ] = "",
    study: Annotated[str, typer.Option(help="Name of the study.")] = "",
    search_only: Annotated[
        bool, typer.Option("--search-only", help="Only take part in a shared search.")
    ] = False,
    out: Out = None,
    resume: Resume = False,
    keep_names: Names = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything anew.")] = False,
    drop_duplicates: DropDuplicates = False,
    sessions: Sessions = None,
    protocol: Protocol = None,
    show_faces: ShowFaces = False,
    quiet: Quiet = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Search the weakest strength that is safe, and check it on other people."""
    if defense != "all" and (part or engine != "local"):
        raise typer.BadParameter("is for 'tune all'; processes of one search share a --storage",
                                 param_hint="--part" if part else "--engine")  # fmt: skip
    if protocol and split != _SHARES:
        raise typer.BadParameter("the protocol says who is in which part", param_hint="--split")
    check_resume(place_of(part, out), resume=resume)
    shape = chosen_form(form, as_json=as_json)
    if no_cache:
        os.environ["UNMASK_CACHE"] = "off"
    from ..comparison.plan import Plan, usual_metrics, with_added
    from ..results.folder import new_folder
    from ..tuning.every import tune_all, tune_share
    from ..tuning.goal import Goal
    from ..tuning.iso import Iso
    from ..tuning.plans import with_utility
    from ..tuning.run import tune as run
    from .live import Live
    from .specs import parse_shares, split_specs
    from .stopping import exit_code, resuming

    names = with_added(split_specs(metrics), usual_metrics) or usual_metrics()
    asked = tuple(split_specs(attackers))
    names = with_utility(names, utility, asked)
    known = tuple(split_specs(search_recognizers)) or None
    other = tuple(split_specs(report_recognizers)) or known

    goal = Goal(utility, max_leakage, min_utility, of, as_good_as)
    folder = out or new_folder("tune")
    live = Live(quiet=quiet)
    settings: dict[str, Any] = {
        "goal": goal, "folder": folder, "trials": trials, "sampler": sampler, "space": space,
        "search": Plan(asked, names, known, search_budget, seed),
        "test": Plan(asked, names, other, budget, seed),
        "shares": parse_shares(split), "people": limit, "drop_duplicates": drop_duplicates,
        "storage": storage, "study": study, "jobs": jobs, "workers": workers,
        "cached": not no_cache, "resume": resume, "names": keep_names,
        "search_only": search_only, "few": few,
        "sessions": sessions, "protocol": protocol, "show_faces": show_faces,
        "progress": live.progress, "watch": live.watch,
    }  # fmt: skip
    try:
        with live:
            where: dict[str, Any] = {"say": live.say, "engine": engine, "address": address}
            if part:
                done = tune_share(part, data, asked=asked_of(context), **where, **settings)
                failed = [f"{k} could not be tuned: {v}" for k, v in done.items()
                          if isinstance(v, str)]  # fmt: skip
                tell_share(part, folder, f"{len(done)} defenses tuned", failed, quiet=quiet)
                return
            if defense == "all":
                found: Tuned | Iso = tune_all(data, parts=merging(context).folders, **where,
                                              **settings)  # fmt: skip
            else:
                found = run(_one(defense), data, **settings)
    except KeyboardInterrupt:
        typer.echo(f"unmask: stopped; finished trials are kept. Go on with:\n  "
                   f"{resuming(sys.argv[1:], folder)}", err=True)  # fmt: skip
        raise typer.Exit(exit_code()) from None
    if shape != "table":
        from ..tuning.searched import searched

        typer.echo(searched(found, shape))
    elif not quiet:
        _print_iso(found) if isinstance(found, Iso) else _print(found, search_only=search_only)
    if found.holds is False and not search_only:
        typer.echo("unmask: the limit does not hold on the test people", err=True)
        raise typer.Exit(3)
    if isinstance(found, Iso) and found.failed:
        raise typer.Exit(1)


def _one(text: str) -> str:
    """Return the one spec in a text.

    Raises:
        ValueError: there is none, or several.
    """
    from .specs import split_specs

    specs = split_specs(text)
    if len(specs) != 1:
        raise ValueError(f"one defense is tuned at a time, got {len(specs)}: '{text}'; or 'all'")
    return specs[0]


def _print(tuned: Tuned, *, search_only: bool) -> None:
    from ..tuning.points import leaks, told
    from ..tuning.words import looked, onwards, verdict

    if search_only:
        count = len(tuned.points)
        measured = "1 trial is" if count == 1 else f"{count} trials are"
        typer.echo(f"{measured} measured; another process chooses and checks")
        _print_notes(tuned.notes)
        return
    lines = [verdict(tuned)]
    metric = tuned.goal.utility
    for name, point in (("search", tuned.seen), ("test", tuned.check)):
        if point:
            who = point.attacker or f"nobody: {point.reason}"
            figures = f"{tuned.goal.leaks} {leaks(point)} by {who}"
            lines.append(f"  {name:9}{figures}; {metric} {told(point.utilities.get(metric))}")
    lines.append(f"  optimism {told(tuned.optimism)} (search minus test leakage)")
    lines.append(f"  {looked(tuned)}")
    typer.echo("\n".join(lines))
    _print_notes(tuned.notes)
    typer.echo(onwards(tuned)) if tuned.chosen else None
    typer.echo(f"written: {tuned.folder / 'report.html'}")


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes[:10]:
        typer.echo(f"note: {note}")


def _print_iso(iso: Iso) -> None:
    from .terminal import print_line, print_table

    print_table(iso.columns, caption=iso.caption, elsewhere="iso.csv")
    for spec, reason in iso.failed.items():
        print_line(f"! {spec} could not be tuned: {reason}")
    _print_notes(iso.notes)
    if iso.best:
        print_line(f"use it: unmask apply @{iso.folder / 'chosen.json'} SOURCE TARGET")
    print_line(f"written: {iso.folder / 'report.html'}")
