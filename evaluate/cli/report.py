"""`unmask report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Run folders of any command.")],
) -> None:
    """Build tables, plots and HTML report of runs again, from their folders alone."""
    for folder in runs:
        typer.echo(f"written: {write_again(folder)}")


def write_again(folder: Path) -> Path:
    """Write the report of a run of any kind again; return its path.

    Raises:
        ValueError: the folder holds no finished run, or a damaged one.
    """
    from ..audit import again as audit
    from ..lab import again as lab
    from ..results.report import notes_of, write_report
    from ..tuning import again as tuning
    from ..verify import report as verify

    if tuning.is_search(folder):
        return tuning.write_again(folder)
    if verify.is_look(folder):
        return verify.write_again(folder)
    if lab.is_lab(folder):
        return lab.write_again(folder)
    if audit.is_audit(folder):
        return audit.write_again(folder)
    return write_report(folder, notes_of(folder))
