"""`unmask fetch`."""

from __future__ import annotations

from typing import Annotated

import typer


def _fetchable(begun: str) -> list[str]:
    from .weights import fetchable

    return [name for name in fetchable() if name.startswith(begun)]


def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Models: sface, yunet, ...", autocompletion=_fetchable),
    ] = None,
) -> None:
    """Fetch weights of models, each checked by its SHA-256; without a name, list them."""
    from unmask.defenses.files.published import fetched

    from .progress import Bars
    from .weights import fetchable

    known = fetchable()
    if not names:
        for name, file in known.items():
            here = file.path if file.at_hand else "not here"
            typer.echo(f"{name}: {here}; licence {file.licence}")
        return
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"must be one of {', '.join(known)}, got '{name}'")
    for name in names:
        with Bars(quiet=False) as progress:
            path = fetched(known[name], progress)
        typer.echo(f"{name}: {path}; licence {known[name].licence}")
