"""Options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    str, typer.Argument(help="Dataset or folder: orl, lfw:PATH, PATH, orl:people=20.")
]
Metrics = Annotated[str, typer.Option(help="Utility metrics. Default: all.")]
Split = Annotated[str, typer.Option(help="Shares of people: background, search, test.")]
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
Out = Annotated[Path | None, typer.Option(help="Run folder; must be new or empty.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no table.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def check_resume(out: Path | None, *, resume: bool) -> None:
    """Refuse to go on with a run that was not named.

    Raises:
        typer.BadParameter: `--resume` without `--out`.
    """
    if resume and out is None:
        raise typer.BadParameter("needs --out, the folder of the run", param_hint="--resume")
