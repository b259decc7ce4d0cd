"""`unmask report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders.")],
) -> None:
    """Build table, plot and HTML report of runs again, from their records alone."""
    import json

    from ..report import write_report

    for folder in runs:
        config = folder / "config.json"
        notes = json.loads(config.read_text(encoding="utf-8"))["notes"] if config.exists() else []
        typer.echo(f"written: {write_report(folder, notes)}")
