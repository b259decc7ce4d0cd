"""What `unmask apply` shows of its result: a second look, and a contact sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from unmask.defenses.apply import ApplyReport

_NAMED = 10  # findings on the screen


def look_again(done: ApplyReport, target: Path, *, quiet: bool) -> int:
    """Look again at what was written, say what is doubtful, and return how many faces are left.

    Args:
        done: what became of each photo.
        target: where they were written.
        quiet: show no progress; what is found is said all the same.
    """
    from unmask.defenses.apply.second_look import second_look
    from unmask.defenses.files.printable import printable

    from .progress import Bars

    rows = tuple(row for row in done.rows if "kept " not in row.reason)  # there a face is left
    if hidden := len(done.rows) - len(rows):
        typer.echo(f"unmask: {hidden} photos of people who stay visible were not looked at again",
                   err=True)  # fmt: skip
    if videos := [row for row in done.videos if row.hash_out]:
        typer.echo(f"unmask: videos were not looked at again: {len(videos)}", err=True)
    with Bars(quiet=quiet) as progress:
        found = second_look(rows, done.root, target, names=_names(done), progress=progress)
    survivors = [one for one in found if one.kind == "survivor"]
    for one in sorted(found, key=lambda one: one.kind == "doubt")[:_NAMED]:
        typer.echo(f"unmask: {printable(one.path)}: {printable(one.words)}", err=True)
    if found:
        more = f", {len(found) - _NAMED} more than those above" if len(found) > _NAMED else ""
        typer.echo(
            f"unmask: the second look found {len(survivors)} faces left and "
            f"{len(found) - len(survivors)} doubtful places{more}; see 'unmask verify'",
            err=True,
        )
    return len(survivors)


def show_preview(done: ApplyReport, target: Path, count: int, detector: str) -> None:
    """Write the contact sheet beside the target, and say that it shows clean faces."""
    from unmask.defenses.apply.preview import preview

    path = target.resolve().with_name(f"{target.resolve().stem}-preview.jpg")
    names = _names(done)
    if preview(done.rows, done.root, target, path, count, detector=detector, names=names):
        typer.echo(f"unmask: {path} shows clean faces; it is for you alone", err=True)
    else:
        typer.echo("unmask: no --preview: there is no photo that can be shown", err=True)


def _names(done: ApplyReport) -> dict[str, str]:
    """Return the path below the source of each photo that was given another name."""
    if done.names is None:
        return {}
    from ..verify.pairing import read_names

    return {new: old for old, new in read_names(done.names).items()}
