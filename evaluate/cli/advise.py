"""`unmask advise`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Device, Quiet, Seed, Workers

if TYPE_CHECKING:
    from ..advice.words import Line

_INDENT = 14


def advise(
    folder: Annotated[
        Path, typer.Argument(help="Your photos: in one folder, or a sub-folder for each person.")
    ],
    max_leakage: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="Share of photos that may be named; the whole 95 % interval must be below.",
        ),
    ] = 0.1,
    run: Annotated[
        Path | None,
        typer.Option(
            help="Run folder of 'unmask compare' to take figures from, best of these "
            "people. Default: those of the most similar public data set."
        ),
    ] = None,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure",
            help="First measure the people of FOLDER, one sub-folder each: "
            "20 settings at budget standard. It takes minutes.",
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Run folder of --measure; must be new or empty.")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="Write three of your photos before and after to this PNG. It holds clean faces."
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = 0,
    device: Device = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Say which defense to use for your photos, how strong, and what still leaks.

    Exit codes: 0 a measured setting holds the limit, 1 error, 2 usage, 3 none holds it.
    """  # fmt: skip
    if measure and run:
        raise typer.BadParameter("take one: --run reads a run, --measure makes one",
                                 param_hint="--measure")  # fmt: skip
    if out and not measure:
        raise typer.BadParameter("belongs to --measure", param_hint="--out")
    from ..advice.advise import advise as ask
    from ..advice.data import as_data
    from ..advice.sheet import check_sheet, write_sheet
    from ..advice.words import lines
    from ..results.folder import new_folder
    from .progress import Bars
    from .terminal import print_line

    if sheet:
        check_sheet(sheet)
    into = (out or new_folder("advise")) if measure else None
    with Bars(quiet=quiet or as_json) as progress:
        advice = ask(folder, max_leakage=max_leakage, run=run, measure_into=into, seed=seed,
                     workers=workers, progress=progress)  # fmt: skip
    shown = advice.setting
    if sheet and shown:
        note = "" if advice.choice.chosen else f"does NOT hold {max_leakage:g}"
        write_sheet(sheet, folder, advice.looked.shown, shown.defense, note=note)
    if as_json:
        typer.echo(json.dumps(as_data(advice), indent=2))
    elif not quiet:
        for line in lines(advice):
            _print(line)
        if into:
            print_line(f"{'written':<{_INDENT}}{into / 'report.html'}")
        if sheet and shown:
            told = f"{shown.defense} ({note})" if note else shown.defense
            print_line(f"{'sheet':<{_INDENT}}{sheet}: {told}; it holds clean faces")
    if advice.choice.chosen is None:
        raise typer.Exit(3)


def _print(line: Line) -> None:
    """Print a line beside what it is about; a command whole, so that it can be copied."""
    from .layout import wrapped
    from .terminal import print_line, text_width

    said = [line.text] if line.command else wrapped([line.text], text_width() - _INDENT)
    for number, text in enumerate(said):
        print_line(f"{'' if number else line.about:<{_INDENT}}{text}")
