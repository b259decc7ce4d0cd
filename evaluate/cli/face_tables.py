"""Tables of faces on the command line, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from unmask.defenses.apply.manifest import Row
    from unmask.defenses.faces.table import FaceTable

_NAMED = 3  # photos that are named on the screen; the manifest has all


def known_faces(path: Path | None, *, any_box: bool) -> FaceTable | None:
    """Return the table of `--faces`; say what is to be known of it.

    Raises:
        typer.BadParameter: `--any-box` without a table.
        ValueError: no such table, or it lacks a column.
    """
    if path is None:
        if any_box:
            raise typer.BadParameter("needs --faces, the table of boxes", param_hint="--any-box")
        return None
    from unmask.defenses.faces.table import FaceTable

    table = FaceTable.load(path, any_box=any_box)
    for remark in table.remarks:
        typer.echo(f"unmask: {remark}", err=True)
    return table


def looked_anew(rows: Sequence[Row]) -> None:
    """Say how many photos a table did not settle, and why."""
    from unmask.defenses.faces.looking import ANEW
    from unmask.defenses.files.printable import printable

    anew = [row for row in rows if row.reason.startswith(ANEW)]
    if anew:
        first = "; ".join(
            f"{printable(row.path)}: {row.reason.removeprefix(ANEW + ': ').partition(';')[0]}"
            for row in anew[:_NAMED]
        )
        photos = f"{len(anew)} photo{'s' if len(anew) != 1 else ''}"
        more = f"; and {len(anew) - _NAMED} more" if len(anew) > _NAMED else ""
        typer.echo(f"unmask: {photos} of --faces {ANEW}: {first}{more}", err=True)
