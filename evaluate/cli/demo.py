"""`unmask demo`."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from .options import Device


def demo(
    run: Annotated[
        Path | None,
        typer.Option(
            help="Run folder of 'unmask compare' in which strengths are looked up. "
            "Default: figures of the most similar public data set."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where it listens. Default: a free one from 7860 on."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    device: Device = "",
) -> None:
    """Try a defense by eye: drop a photo, drag the strength, see what recognizers still see.

    The page is for this machine alone; photos stay in memory. Ctrl-C ends it.
    """  # fmt: skip
    from ..advice.measuring import table_of_run
    from ..demo.serve import check_installed, served

    check_installed()
    table = table_of_run(run) if run else None
    try:
        with served(table, port=port, browser=browser) as address:
            typer.echo(f"unmask: {address} (Ctrl-C ends it)")
            Event().wait()
    except KeyboardInterrupt:
        typer.echo("unmask: stopped; nothing of it is left on disk")
