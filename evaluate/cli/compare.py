"""`unmask compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .collected import Into, add_runs, check_into
from .machines import (
    Address,
    Engine,
    PartOf,
    asked_of,
    broken_of,
    merging,
    place_of,
    tell_share,
)
from .options import (
    SHARES,
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
    Strengths,
    Workers,
    WriteProtocol,
    check_repeats,
    check_resume,
    chosen_form,
)

if TYPE_CHECKING:
    from ..comparison.found import Comparison


def compare(
    context: typer.Context,
    data: Data = "orl",
    defenses: Annotated[
        str,
        typer.Option(
            help="Defenses, separated by spaces or by commas before a name: "
            "'none mask pixelate:blocks=4', or @chosen.json. Default: all but the "
            "diagnostic ones."
        ),
    ] = "",
    attackers: Annotated[
        str,
        typer.Option(
            help="Attackers, each asked about every defense, or '+NAME' beside those of the "
            "budget. Default: those; below 'thorough', where one names everybody, no other that "
            "could add nothing is asked."
        ),
    ] = "",
    metrics: Metrics = "",
    recognizers: Annotated[
        str,
        typer.Option(
            help="Face models of the attackers, or '+NAME' beside the usual ones. Default: dlib "
            "and onnx:sface."
        ),
    ] = "",
    strengths: Strengths = 1,
    budget: Budget = "standard",
    seed: Seed = 0,
    seeds: Annotated[
        int,
        typer.Option(
            min=1,
            help="Compare with so many seeds, each another split, and say how far "
            "their figures lie apart.",
        ),
    ] = 1,
    folds: Annotated[
        int,
        typer.Option(
            min=0,
            help="Let people take turns in so many folds: everybody is attacked in "
            "one, and background in the others.",
        ),
    ] = 0,
    workers: Workers = 0,
    device: Device = "",
    engine: Engine = "local",
    address: Address = "",
    part: PartOf = None,
    limit: Limit = 0,
    few: Few = False,
    split: Split = SHARES,
    out: Out = None,
    resume: Resume = False,
    into: Into = None,
    drop_duplicates: DropDuplicates = False,
    max_leakage: Annotated[
        float | None,
        typer.Option(
            help="Exit with 3 unless every defense is shown to leak at most this: its 95 % "
            "interval must end below."
        ),
    ] = None,
    sessions: Sessions = None,
    protocol: Protocol = None,
    write_protocol: WriteProtocol = None,
    groups: Annotated[
        Path | None, typer.Option(help="CSV of identity and attributes: leakage by subgroup.")
    ] = None,
    attributes: Annotated[
        Path | None,
        typer.Option(
            help="CSV of identity (or file) and attributes: how well each is guessed of people "
            "who were never seen."
        ),
    ] = None,
    attributes_as: Annotated[
        str, typer.Option(help="How to read them: 'leak', or 'use' for what photos are good for.")
    ] = "leak",
    strips: Annotated[
        bool,
        typer.Option("--strips", help="Save clean, defended and restored faces side by side."),
    ] = False,
    show_faces: ShowFaces = False,
    names: Names = False,
    quiet: Quiet = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Measure how much identity leaks through each defense, and what use is left."""
    if max_leakage is not None and not 0 <= max_leakage <= 1:
        rule = f"must be between 0 and 1, got {max_leakage}"
        raise typer.BadParameter(rule, param_hint="--max-leakage")
    if attributes_as not in ("leak", "use"):
        rule = f"must be leak or use, got '{attributes_as}'"
        raise typer.BadParameter(rule, param_hint="--attributes-as")
    if protocol and split != SHARES:
        raise typer.BadParameter("the protocol says who is in which part", param_hint="--split")
    check_repeats(folds, seeds, split=split, strips=strips, part=part,
                  protocol=protocol or write_protocol)  # fmt: skip
    check_resume(place_of(part, out), resume=resume)
    check_into(into)
    shape = chosen_form(form, as_json=as_json)
    from ..comparison.folds import Given
    from ..comparison.groups import read_groups
    from ..comparison.plan import Plan, default_defenses, with_strengths
    from ..comparison.run import compare as run
    from ..comparison.run import compare_share
    from ..comparison.seeds import seed_folder
    from ..comparison.strips import restorer_of, write_strips
    from ..data.scene import prepare, prepare_folds
    from ..results.folder import SCRATCH, new_folder
    from ..results.formats import formatted
    from ..results.summary import rows
    from .progress import Bars
    from .specs import parse_shares, split_specs
    from .stopping import says_how_to_go_on

    plan = Plan(
        tuple(split_specs(attackers)),
        tuple(split_specs(metrics)) or None,
        tuple(split_specs(recognizers)) or None,
        budget,
        seed,
    )
    asked = split_specs(defenses)
    specs = with_strengths(asked or default_defenses(), strengths)
    known = read_groups(groups) if groups else None
    guessed = read_groups(attributes) if attributes else None
    guessed_as: Literal["leak", "use"] = "use" if attributes_as == "use" else "leak"
    if strips:
        restorer_of(plan)  # what cannot be done is said before any work
    plan.check()
    folder = out or new_folder("compare")
    place = place_of(part, folder) or folder
    with says_how_to_go_on(folder, "finished measurements"), Bars(quiet=quiet) as progress:

        def deal(number: int) -> Given:
            scratch = seed_folder(place, number, seed) / SCRATCH
            if folds:
                return prepare_folds(data, folds=folds, seed=number, people=limit,
                                     drop_duplicates=drop_duplicates, sessions=sessions,
                                     progress=progress, scratch=scratch)  # fmt: skip
            return prepare(data, seed=number, people=limit, shares=parse_shares(split),
                           drop_duplicates=drop_duplicates, sessions=sessions,
                           protocol=protocol, write_to=write_protocol,
                           progress=progress, scratch=scratch)  # fmt: skip

        if part:
            done = compare_share(part, deal, specs, plan, folder=folder, workers=workers,
                                 resume=resume, few=few, names=names, engine=engine,
                                 address=address, asked=asked_of(context),
                                 progress=progress)  # fmt: skip
            tell_share(part, folder, f"{len(done)} jobs measured", broken_of(done), quiet=quiet)
            return
        found = run(deal, specs, plan, folder=folder, workers=workers, resume=resume,
                    groups=known, attributes=guessed, attributes_as=guessed_as, few=few,
                    names=names, faces="own" if show_faces else "public",
                    max_leakage=max_leakage, engine=engine, address=address, seeds=seeds,
                    parts=merging(context).folders, progress=progress)  # fmt: skip
        if strips and found.scene:
            fit = [row.defense for row in rows(found.records) if row.utilities]  # could learn
            write_strips(found.scene, fit, plan, folder)
    if shape != "table":
        typer.echo(formatted(found.records, shape))
    elif not quiet:
        _show(found, found.scene.notes if found.scene else (), strips=strips)
    code = _judge(found, asked=bool(asked), max_leakage=max_leakage)
    if shape == "table" and not quiet:
        from ..results.onwards import onwards
        from .terminal import print_text

        print_text(onwards(found.records, data=data, page=str(found.report()), asked=bool(asked)))
    if into is not None:
        runs = [seed_folder(folder, number, seed) for number in range(seed, seed + seeds)]
        add_runs(runs, into, quiet=quiet or shape != "table")
    if code:
        raise typer.Exit(code)


def _show(found: Comparison, notes: Sequence[str], *, strips: bool) -> None:
    from ..results.folder import taken
    from .leakage import print_leakage
    from .terminal import print_line, print_text

    print_leakage(found.records)
    if strips:
        print_line(f"the pictures in {found.folder / 'strips'} hold clean faces")
    for note in notes:
        print_text(f"note: {note}")
    if known := taken(found.folder):
        print_text(
            f"note: {len(known)} of {len(found)} rows are from the cache, measured before on the "
            "same photos by the same code; UNMASK_CACHE=off measures anew"
        )
    print_line(f"written: {found.folder / 'report.html'}")


def _judge(found: Comparison, *, asked: bool, max_leakage: float | None) -> int:
    """Say on standard error, also to the quiet, what failed; return the exit code.

    A limit that nobody has shown to hold weighs more than what broke.
    """
    from unmask.defenses.files.printable import printable

    from ..results.failures import failures, remarks
    from ..results.gate import above

    for line in remarks(found.records, asked=asked):
        typer.echo(printable(f"note: {shorten(line, 400)}"), err=True)
    failed = failures(found.records, asked=asked)
    for line in failed:
        typer.echo(printable(f"! {shorten(line, 400)}"), err=True)
    unmet = [] if max_leakage is None else above(found.records, max_leakage)
    for line in unmet:
        typer.echo(printable(f"unmask: {line}"), err=True)
    return 3 if unmet else 1 if failed else 0
