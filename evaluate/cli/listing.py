"""`unmask ls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from unmask.defenses import Registry

GROUPS = ("defenses", "attackers", "metrics", "recognizers", "detectors", "datasets")


def installed(begun: str) -> list[str]:
    """Return kinds and names that start so, for the completion of the shell."""
    names = {name for registry in _registries().values() for name in registry.available()}
    return sorted(word for word in {*GROUPS, *names} if word.startswith(begun))


def ls(
    what: Annotated[
        str,
        typer.Argument(
            help=f"One of {', '.join(GROUPS)}; or a name, for its parameters.",
            autocompletion=installed,
        ),
    ] = "",
) -> None:
    """List what is installed, or tell what one of it does and takes."""
    registries = _registries()
    if not what:
        for group, registry in registries.items():
            typer.echo(f"{group:<12} {', '.join(registry.available())}")
    elif what in registries:
        typer.echo(_with_summaries(registries[what]))
    else:
        from .details import details

        found = [r for r in registries.values() if what in r.available()]
        if not found:
            raise typer.BadParameter(unknown(what))
        typer.echo("\n\n".join(details(registry, what) for registry in found))


def _registries() -> dict[str, Registry[object]]:
    from unmask.defenses import Registry

    return {
        group: Registry(f"unmask.{group}", group.removesuffix("s"), "builtins:object")
        for group in GROUPS
    }


def _with_summaries(registry: Registry[object]) -> str:
    names = registry.available()
    wide = max(map(len, names), default=0)
    return "\n".join(f"{name:<{wide}}  {registry.summary(name)}".rstrip() for name in names)


def unknown(what: str) -> str:
    """Return what is wrong with a name that nobody registered, and what was probably meant."""
    from difflib import get_close_matches

    near = get_close_matches(what, installed(""), n=1)
    cure = f"; did you mean '{near[0]}'?" if near else ""
    return f"must be one of {', '.join(GROUPS)}, or a name out of them, got '{what}'{cure}"
