"""`unmask new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _kinds(begun: str) -> list[str]:
    from ..kit import KINDS

    return [kind for kind in KINDS if kind.startswith(begun)]


def new(
    kind: Annotated[
        str,
        typer.Argument(
            help="defense, attacker, metric, recognizer, detector or dataset.",
            autocompletion=_kinds,
        ),
    ],
    name: Annotated[str, typer.Argument(help="What it is to be called, for example my_blur.")],
    into: Annotated[
        Path | None,
        typer.Option(help="Folder of the package; must be new or empty. Default: the name, here."),
    ] = None,
) -> None:
    """Write a small package with a plug-in that works: the place to begin."""
    from ..kit import new_plugin

    folder = new_plugin(kind, name, into)
    typer.echo(f"written: {', '.join(sorted(str(file) for file in folder.iterdir()))}")
    typer.echo(f"next: pip install -e {folder} && unmask check {_spec(kind, name)}")


def _spec(kind: str, name: str) -> str:
    called = name.strip().replace("-", "_")
    return f"{called}:PHOTOS" if kind == "dataset" else called
