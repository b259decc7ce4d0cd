"""`unmask cache`: how much is remembered of photos, and forgetting it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import typer

app = typer.Typer(
    help="Faces, embeddings and figures that are remembered between runs.",
    no_args_is_help=True,
)


@app.command()
def size() -> None:
    """Print where the cache lies, its entries and its bytes."""
    from unmask.defenses.files.cache import cache_path
    from unmask.defenses.files.cache_file import count, files_of

    path = cache_path()
    _say_if_off()
    if not (files := files_of(path)):
        typer.echo(f"{path}: not there")
        return
    try:
        entries = f"entries: {count(path)}"
    except sqlite3.Error as error:
        entries = f"cannot be read ({error}); `unmask cache clear` starts it anew"
    typer.echo(f"{path}: {entries}; bytes: {_bytes_in(files)}")


@app.command()
def clear() -> None:
    """Delete all that is remembered; downloaded weights stay."""
    from unmask.defenses.files.cache import cache_path
    from unmask.defenses.files.cache_file import files_of

    path = cache_path()
    _say_if_off()
    files = files_of(path)
    gone = _bytes_in(files)
    for file in files:
        file.unlink(missing_ok=True)
    typer.echo(f"{path}: {gone} bytes deleted" if files else f"{path}: not there")


def _say_if_off() -> None:
    if os.environ.get("UNMASK_CACHE") == "off":
        typer.echo("UNMASK_CACHE=off: nothing is remembered now; what was before:")


def _bytes_in(files: list[Path]) -> int:
    return sum(file.stat().st_size for file in files)
