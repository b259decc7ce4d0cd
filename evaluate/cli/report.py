"""`unmask report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, of searches too.")],
) -> None:
    """Build table, plot and HTML report of runs again, from their records alone."""
    import json

    from ..report import write_report
    from ..tuning.again import is_search, write_again

    for folder in runs:
        if is_search(folder):
            typer.echo(f"written: {write_again(folder)}")
            continue
        config = folder / "config.json"
        notes = json.loads(config.read_text(encoding="utf-8"))["notes"] if config.exists() else []
        typer.echo(f"written: {write_report(folder, notes)}")
