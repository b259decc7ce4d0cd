"""Ctrl-C: what is kept, and the command that goes on."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer


@contextmanager
def says_how_to_go_on(folder: Path, kept: str) -> Iterator[None]:
    """Answer Ctrl-C with exit code 130, what is kept, and the command that goes on.

    Args:
        folder: the run folder.
        kept: what is kept, in the plural: `finished trials`.
    """
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"\nunmask: stopped; {kept} are kept. Go on with:\n  {again(folder)}", err=True)
        raise typer.Exit(130) from None


def again(folder: Path) -> str:
    """Return this very command with `--resume` and the run folder."""
    words = ["unmask", *sys.argv[1:]]
    if not any(word.partition("=")[0] == "--out" for word in words):
        words += ["--out", str(folder)]
    return shlex.join(words if "--resume" in words else [*words, "--resume"])
