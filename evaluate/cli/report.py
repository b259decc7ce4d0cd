"""`unmask report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, of searches too.")],
) -> None:
    """Build table, plot and HTML report of runs again, from their records alone."""
    from ..results.report import notes_of, write_report
    from ..tuning.again import is_search, write_again

    for folder in runs:
        made = write_again(folder) if is_search(folder) else write_report(folder, notes_of(folder))
        typer.echo(f"written: {made}")
