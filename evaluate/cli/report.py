"""`unmask report`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders of any command.")],
    out: Annotated[
        Path | None,
        typer.Option(help="One page of several runs of compare side by side, such as seeds."),
    ] = None,
) -> None:
    """Build tables, plots and HTML report of runs again, from their folders alone.

    Several runs of compare become one page with --out.
    """
    if out is None:
        for folder in runs:
            typer.echo(f"written: {write_again(folder)}")
        return
    from ..report.merged import write_merged

    for folder in runs:
        kind = kind_of(folder)
        if kind is not None:
            raise ValueError(f"--out puts runs of compare side by side; {folder} is none")
    typer.echo(f"written: {write_merged(runs, out)}")


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
    from ..lab import again as lab
    from ..tuning import again as tuning
    from ..verify import report as verify

    if tuning.is_search(folder):
        return tuning.write_again
    if verify.is_look(folder):
        return verify.write_again
    if lab.is_lab(folder):
        return lab.write_again
    if audit.is_audit(folder):
        return audit.write_again
    return None
