"""`unmask merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Quiet


def merge(
    target: Annotated[Path, typer.Argument(help="What all parts of 'unmask apply' wrote to.")],
    quiet: Quiet = False,
) -> None:
    """Join the manifests of 'unmask apply --shard-index I --num-shards N'.

    Exit codes are those of apply: 1 something failed, 4 photos without a face were left out.
    """
    from unmask.defenses.apply.joining import merge as run
    from unmask.defenses.files.printable import printable

    done = run(target)
    if not quiet:
        typer.echo(done.summary)
    for row in done.failed:
        typer.echo(f"unmask: {printable(row.path)}: {row.reason}", err=True)
    if done.failed or done.lost:
        raise typer.Exit(1)
    if any(not row.hash_out for row in done.missed):
        raise typer.Exit(4)
