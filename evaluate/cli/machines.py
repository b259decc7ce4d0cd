"""Options for work on several machines: a cluster of Ray, or parts that are merged later."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, cast

import typer

from ..results.share import Share
from .stopping import hidden

if TYPE_CHECKING:
    from ..comparison.measured import Measured

Engines = Literal["local", "ray"]
_ALONE = ("part", "out", "resume", "workers", "engine", "address", "quiet", "form", "as_json",
          "write_protocol")  # fmt: skip
"""Options of a part that the whole does not share with it."""


def _engine(text: str) -> Engines:
    if text not in ("local", "ray"):
        raise typer.BadParameter(f"must be local or ray, got '{text}'")
    return cast(Engines, text)


def _share(text: str) -> Share:
    try:
        return Share.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Engine = Annotated[
    Engines,
    typer.Option(
        parser=_engine,
        metavar="local|ray",
        help="Where the work is done: in processes here, or on a cluster of Ray.",
    ),
]
Address = Annotated[
    str,
    typer.Option(
        help="Address of the Ray cluster; auto: the one here. Default: RAY_ADDRESS, or start one."
    ),
]
PartOf = Annotated[
    Share | None,
    typer.Option(
        "--part",
        parser=_share,
        metavar="I/N",
        help="Do one of N parts of the work, from 1/N to N/N, below --out; 'unmask merge' joins "
        "them.",
    ),
]


class Merging(NamedTuple):
    """What `unmask merge` hands to the command whose parts it joins.

    Args:
        folders: in which the parts lie.
    """

    folders: tuple[Path, ...] = ()


def merging(context: typer.Context) -> Merging:
    """Return what is merged, if anything is."""
    return context.obj if isinstance(context.obj, Merging) else Merging()


def asked_of(context: typer.Context) -> list[str]:
    """Return the words of a command line that all parts of a run have in common, no password."""
    words: list[str] = []
    for option in context.command.params:
        value: Any = context.params.get(str(option.name))
        if option.name in _ALONE or value is None or value == option.get_default(context):
            continue
        if option.param_type_name == "argument":
            words.append(hidden(str(value)))
        elif isinstance(value, bool):
            words += (option.opts if value else option.secondary_opts)[-1:]
        else:
            words += [option.opts[-1], hidden(str(value))]
    return words


def place_of(share: Share | None, out: Path | None) -> Path | None:
    """Return the folder of a run, or of a part of it.

    Raises:
        typer.BadParameter: a part without `--out`: all parts would lie somewhere else.
    """
    if share is None:
        return out
    if out is None:
        raise typer.BadParameter("needs --out, a folder for all parts", param_hint="--part")
    return share.folder(out)


def tell_share(share: Share, out: Path, what: str, failed: Iterable[str], *, quiet: bool) -> None:
    """Say that a part is done, what went wrong in it, and what puts the parts together."""
    from unmask.defenses.files.printable import printable

    for line in failed:
        typer.echo(f"! {printable(line)}", err=True)
    if not quiet:
        typer.echo(f"part {share}: {what}\nwritten: {share.folder(out)}\n"
                   f"when all parts are done: unmask merge {out}")  # fmt: skip


def broken_of(found: dict[str, Measured]) -> list[str]:
    """Return what could not be measured in a part, in a line each."""
    return [f"{label}: {one.reason}" for label, one in found.items() if one.status != "ok"]
