"""`unmask metadata`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def metadata(
    pictures: Annotated[list[Path], typer.Argument(help="Picture files, or folders of them.")],
) -> None:
    """Say what pictures tell beside their pixels: a place, a camera, names, a preview.

    Exit codes: 0 nothing, 1 something, or a file that cannot be read. 'unmask apply' writes
    pictures without any of it.
    """
    from unmask.defenses.files.pictures import SUFFIXES
    from unmask.defenses.files.printable import printable

    from ..verify.metadata import extras

    files = [
        file
        for one in pictures
        for file in (sorted(one.rglob("*")) if one.is_dir() else [one])
        if not one.is_dir() or file.suffix.lower() in SUFFIXES
    ]
    telling = 0
    for file in files:
        try:
            told = [extra.words for extra in extras(file.read_bytes())]
        except OSError as error:
            told = [f"it cannot be read: {error.strerror}"]
        if told:
            telling += 1
            typer.echo(printable(f"{file}: {', '.join(told)}"))
    if telling:
        typer.echo(f"{telling} of {len(files)} pictures tell more than their pixels")
        raise typer.Exit(1)
