"""`unmask report`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from .collected import Into, add_runs, opened, show
from .options import chosen_form


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Run folders of any command, or a folder of many runs (--into)."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="One page of several runs of compare side by side, such as seeds."),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", help="Print the table of runs of compare instead, and write "
                                      "nothing: table, json, csv, markdown or latex."),
    ] = "",
    into: Into = None,
    dataset: Annotated[
        str, typer.Option(help="Of a folder of many runs: those on these data, such as lfw.")
    ] = "",
    latest: Annotated[
        bool,
        typer.Option("--latest", help="Of a folder of many runs: the newest on each data set."),
    ] = False,
) -> None:  # fmt: skip
    """Build tables, plots and HTML report of runs again, from their folders alone.

    Several runs of compare become one page with --out. A folder of many runs is compared: runs
    of other code, attackers, photos or settings stand in tables of their own.
    """
    if into is not None:
        if form or out is not None or dataset or latest:
            raise typer.BadParameter("adds runs and nothing else", param_hint="--into")
        add_runs(runs, into)
        return
    many = opened(runs, dataset, latest=latest)
    if many is not None:
        if form and out is not None:
            raise typer.BadParameter("prints, and --out writes; name one of them",
                                     param_hint="--format")  # fmt: skip
        show(many, chosen_form(form or "table", as_json=False), out)
        return
    if form:
        _print(runs, form, out)
        return
    if out is None:
        for folder in runs:
            typer.echo(f"written: {write_again(folder)}")
        return
    from ..report.merged import write_merged

    _check_compared(runs, "--out puts runs of compare side by side")
    typer.echo(f"written: {write_merged(runs, out)}")


def _print(runs: Sequence[Path], form: str, out: Path | None) -> None:
    """Print each run in one form, as `compare` does."""
    from ..report.reading import CHANGED, read_run
    from ..results.formats import formatted
    from .leakage import print_leakage

    if out is not None:
        raise typer.BadParameter("prints and writes nothing, so it cannot have --out",
                                 param_hint="--format")  # fmt: skip
    shape = chosen_form(form, as_json=False)
    _check_compared(runs, "--format prints the table of runs of compare")
    for folder in runs:
        run = read_run(folder)
        records = run.records
        if CHANGED in run.notes:
            typer.echo(f"! {folder}: {CHANGED}", err=True)
        if shape == "table":
            print_leakage(records)
        else:
            typer.echo(formatted(records, shape))


def _check_compared(runs: Sequence[Path], rule: str) -> None:
    for folder in runs:
        if kind_of(folder) is not None:
            raise ValueError(f"{rule}; {folder} is none")


def write_again(folder: Path) -> Path:
    """Write the report of a run of any kind again; return its path.

    Raises:
        ValueError: the folder holds no finished run, or a damaged one.
    """
    from ..report.page import write_report

    again = kind_of(folder)
    return again(folder) if again is not None else write_report(folder)


def kind_of(folder: Path) -> Callable[[Path], Path] | None:
    """Return what writes the page of a run again; None where it is one of `compare`, or none."""
    from ..audit import again as audit
    from ..audit.study import again as study
    from ..lab import again as lab
    from ..tuning import again as tuning
    from ..verify import report as verify

    if tuning.is_search(folder):
        return tuning.write_again
    if verify.is_look(folder):
        return verify.write_again
    if lab.is_lab(folder):
        return lab.write_again
    if study.is_study(folder):
        return study.write_again
    if audit.is_audit(folder):
        return audit.write_again
    return None
