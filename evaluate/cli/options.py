"""Options that several commands share, each declared once."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

import typer

from unmask.defenses.files.printable import printable
from unmask.device import device, use_device

Format = Literal["table", "json", "csv", "markdown", "latex"]
FORMATS: tuple[str, ...] = get_args(Format)

Data = Annotated[
    str, typer.Argument(help="Dataset or folder: orl, lfw:PATH, PATH, orl:people=20.")
]
Metrics = Annotated[
    str,
    typer.Option(help="Utility metrics, or '+NAME' beside the usual ones. Default: the usual."),
]
SHARES = "0.25,0.25,0.5"
Split = Annotated[str, typer.Option(help="Shares of people: background, search, test.")]


def chosen_device(name: str) -> str:
    """Say before any work that a device is not there; workers have it from the environment."""
    if name:
        use_device(name)
    else:
        device()
    return name


Device = Annotated[
    str,
    typer.Option(
        callback=chosen_device,
        help="Where networks run: cpu, cuda:0, mps, or auto for an accelerator if there is one. "
        "Default: UNMASK_DEVICE, else cpu, where figures are the same everywhere.",
    ),
]
Limit = Annotated[int, typer.Option(min=0, help="Use at most so many people; 0: all.")]
Few = Annotated[bool, typer.Option("--few", help="Attack fewer than 12 people, for a first look.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything.")]
Workers = Annotated[int, typer.Option(min=0, help="Processes; 0: one per core.")]
Strengths = Annotated[int, typer.Option(min=1, help="Settings of each defense, weak to strong.")]
Budget = Annotated[str, typer.Option(help="Effort of the attackers: quick, standard or thorough.")]
DropDuplicates = Annotated[
    bool, typer.Option("--drop-duplicates", help="Leave duplicate photos out, listed.")
]
Sessions = Annotated[
    Path | None,
    typer.Option(help="CSV of file and session: gallery and probes from different ones."),
]
Protocol = Annotated[
    Path | None,
    typer.Option(help="File that says who is in which part and role, instead of --split."),
]
WriteProtocol = Annotated[
    Path | None,
    typer.Option(help="Write parts and roles to a new file, for others; it names people."),
]
Out = Annotated[Path | None, typer.Option(help="Run folder; must be new or empty.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")]
Names = Annotated[
    bool,
    typer.Option("--names", help="Keep names of people and files in config.json, else counted."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no table.")]
ShowFaces = Annotated[
    bool, typer.Option("--show-faces", help="Show faces of your own data in the report.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

Form = Annotated[
    str,
    typer.Option("--format", help="What is printed: table, json, csv, markdown or latex."),
]


def chosen_form(form: str, *, as_json: bool) -> Format:
    """Return what is to be printed; `--json` is the short form of one.

    Raises:
        typer.BadParameter: no such format, or two of them.
    """
    if as_json and form not in ("table", "json"):
        raise typer.BadParameter(f"--json is --format json, got {form} as well")
    if form not in FORMATS:
        near = get_close_matches(form, FORMATS, n=1)
        cure = f"; did you mean {near[0]}?" if near else ""
        raise typer.BadParameter(f"must be one of {', '.join(FORMATS)}, got '{form}'{cure}",
                                 param_hint="--format")  # fmt: skip
    return "json" if as_json else cast(Format, form)


def check_repeats(
    folds: int, seeds: int, *, split: str, strips: bool, part: object, protocol: object
) -> None:
    """Refuse what one split alone can have.

    Raises:
        typer.BadParameter: it is asked of folds or of several seeds.
    """
    if folds and split != SHARES:
        rule = "deals people out by itself, so it goes without --split"
        raise typer.BadParameter(rule, param_hint="--folds")
    alone = {"--strips": strips, "--part": part, "--protocol and --write-protocol": protocol}
    for option, asked in alone.items():
        if asked and (folds or seeds > 1):
            raise typer.BadParameter("is of one split, so it goes without --folds and --seeds",
                                     param_hint=option)  # fmt: skip


def check_resume(out: Path | None, *, resume: bool) -> None:
    """Refuse to go on with a run that was not named; say where there is none to go on with.

    Raises:
        typer.BadParameter: `--resume` without `--out`.
    """
    if resume and out is None:
        raise typer.BadParameter("needs --out, the folder of the run", param_hint="--resume")
    if resume and out and not (out.is_dir() and any(out.iterdir())):
        typer.echo(f"note: {printable(out)} holds no run to go on with; one begins", err=True)
