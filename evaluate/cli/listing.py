"""`unmask ls`."""

from __future__ import annotations

from typing import Annotated

import typer

GROUPS = ("defenses", "attackers", "metrics", "recognizers", "detectors", "datasets")


def ls(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(GROUPS)}.")] = "",
) -> None:
    """List what is installed. Imports nothing heavy."""
    if kind and kind not in GROUPS:
        raise typer.BadParameter(f"must be one of {', '.join(GROUPS)}, got '{kind}'")
    from unmask.defenses import Registry

    for group in [kind] if kind else GROUPS:
        registry: Registry[object] = Registry(f"unmask.{group}", group, "builtins:object")
        if kind:
            typer.echo("\n".join(registry.available()))
        else:
            typer.echo(f"{group:<12} {', '.join(registry.available())}")
