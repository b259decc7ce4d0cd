"""Many runs of one data set, at the command line: `--into`, and `report` of such a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Format

if TYPE_CHECKING:
    from ..collection.collected import Collection

Into = Annotated[
    Path | None,
    typer.Option(help="Folder of many runs, to which this one is added as a Parquet file; "
                      "'unmask report FOLDER' compares them."),
]  # fmt: skip


def check_into(into: Path | None) -> None:
    """Say what is wrong with the folder of `--into` before anything is measured."""
    if into is not None:
        from ..collection.add import check_into as check

        check(into)


def add_runs(folders: Sequence[Path], into: Path, *, quiet: bool = False) -> None:
    """Add finished runs, and say where they lie.

    Raises:
        OSError: a disk is full, for example; the run itself is where it was.
    """
    from ..collection.add import add
    from .terminal import print_line

    for folder in folders:
        try:
            added = add(folder, into)
        except OSError as error:
            raise OSError(f"{folder} is finished, but could not be added to {into} ({error}); "
                          f"unmask report {folder} --into {into} adds it") from error  # fmt: skip
        if not quiet:
            print_line(f"added: {added.path}" if added.new else f"there already: {added.path}")


def opened(folders: Sequence[Path], dataset: str, *, latest: bool) -> Collection | None:
    """Return the data set of runs that a command is about; None where it is about run folders.

    Raises:
        ValueError: it is one among others, or options are about none.
    """
    from ..collection.collected import read_collection
    from ..collection.read import is_collection

    if not any(is_collection(folder) for folder in folders):
        if dataset or latest:
            raise ValueError("--dataset and --latest are for a folder of many runs, see --into")
        return None
    if len(folders) > 1:
        raise ValueError("a folder of many runs is reported by itself; add runs to it with --into")
    found = read_collection(folders[0])
    return found.only(dataset, latest=latest) if dataset or latest else found


def show(found: Collection, shape: Format, out: Path | None) -> None:
    """Print the groups, or write their page; say on standard error what could not be read."""
    from unmask.defenses.files.printable import printable

    for line in found.said:
        typer.echo(printable(f"! {line}"), err=True)
    if out is not None:
        from ..collection.page import write_page

        typer.echo(f"written: {write_page(found, out)}")
    elif shape == "table":
        _print(found)
    else:
        from ..collection.tables import as_text

        typer.echo(as_text(found.groups, shape))


def _print(found: Collection) -> None:
    from ..collection.tables import columns_of, heading_of, said_below
    from .terminal import print_line, print_table, print_text

    for group in found.groups:
        print_line("")
        print_text(heading_of(group, found.groups))
        first, *more = said_below(group)
        print_table(columns_of(group), caption=first, elsewhere="--format csv")
        for line in more:
            print_text(f"note: {line}")
