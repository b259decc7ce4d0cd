"""`unmask merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .machines import Merging
from .options import AsJson, Form, Out, Quiet, Resume, Workers, check_resume, chosen_form


def merge(
    context: typer.Context,
    folders: Annotated[
        list[Path],
        typer.Argument(help="What all parts wrote to: folders of parts, or with parts in them."),
    ],
    out: Out = None,
    workers: Workers = 0,
    resume: Resume = False,
    quiet: Quiet = False,
    form: Form = "table",
    as_json: AsJson = False,
) -> None:
    """Join the parts of a 'compare', 'tune all' or 'apply' that ran on several machines.

    Exit codes are those of the command. Of apply (--shard-index I --num-shards N) the manifests
    are joined where they lie.
    """
    from ..results.share import all_parts, has_parts

    shape = chosen_form(form, as_json=as_json)
    if not any(map(has_parts, folders)):
        if len(folders) > 1 or out:
            raise ValueError(
                "these folders hold no parts of 'compare' or 'tune all'; parts of 'apply' lie in "
                "one folder and are joined there, without --out"
            )
        _join_manifests(folders[0], quiet=quiet)
        return
    check_resume(out, resume=resume)
    first = all_parts(folders)[0]
    words = [*first.asked, "--workers", str(workers), "--format", shape]
    words += ["--out", str(out)] if out else []
    words += [*(["--resume"] if resume else []), *(["--quiet"] if quiet else [])]
    command = context.find_root().command.commands[first.command]  # type: ignore[attr-defined]
    code = command.main(
        words, prog_name=f"unmask {first.command}", standalone_mode=False,
        obj=Merging(tuple(folders)),
    )  # fmt: skip
    if code:
        raise typer.Exit(code)


def _join_manifests(target: Path, *, quiet: bool) -> None:
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
