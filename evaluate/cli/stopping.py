"""Ctrl-C and signals: what is kept, and the command that goes on."""

from __future__ import annotations

import re
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

_heard: int = signal.SIGINT
_PARENTS = re.compile(r"(?<![^\s=:,'\"])(?:[A-Za-z]:(?=[/\\]))?(?:[^\s=:,/\\]*[/\\])+(?=[^/\\\s])")


@contextmanager
def says_how_to_go_on(folder: Path, kept: str) -> Iterator[None]:
    """Answer Ctrl-C with what is kept, the exit code of its signal, and the command that goes on.

    Args:
        folder: the run folder.
        kept: what is kept, in the plural: `finished trials`.
    """
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(
            f"\nunmask: stopped; {kept} are kept. Go on with:\n  {resuming(sys.argv[1:], folder)}",
            err=True,
        )
        raise typer.Exit(exit_code()) from None


@contextmanager
def hears_signals() -> Iterator[None]:
    """Take what `timeout`, systemd, Slurm and a closed terminal send like Ctrl-C.

    What is ignored, as under `nohup`, stays so. A second signal ends the program at once.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        global _heard
        _heard = number
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    first = threading.current_thread() is threading.main_thread()
    sent = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heard = [number for number in sent if first and signal.getsignal(number) == signal.SIG_DFL]
    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def exit_code() -> int:
    """Return how a program ends that was stopped: with 128 and the number of the signal."""
    return 128 + _heard


def resuming(words: Sequence[str], folder: Path) -> str:
    """Return the command that goes on with a stopped run; passwords are not shown.

    Args:
        words: what followed `unmask` on the command line.
        folder: the run folder.
    """
    told = [hidden(word) for word in words]
    if not any(word == "--out" or word.startswith("--out=") for word in told):
        told += ["--out", str(folder)]
    if "--resume" not in told:
        told += ["--resume"]
    command = shlex.join(["unmask", *told])
    secret = told[: len(words)] != list(words)
    return command + ("\n(type the password of --storage where *** stands)" if secret else "")


def shareable(words: Sequence[str]) -> str:
    """Return the command for a page that may be shared: no password, and no folder's parents.

    Args:
        words: what followed `unmask` on the command line.
    """
    known = [_unplaced(hidden(word)) for word in words]
    return shlex.join(["unmask", *(word if "://" in word else _PARENTS.sub("", word)
                                   for word in known)])  # fmt: skip


def _unplaced(word: str) -> str:
    """Return a word in which `NAME=DIR` does not tell where another program's photos lie."""
    option, equals, rest = word.partition("=") if word.startswith("--") else ("", "", word)
    if "://" in word:
        return word
    value = r"[^'\"]*" if re.search("['\"]", word) else r"\S*"
    place = rf"=\s*((~|\.{{0,2}})/|[A-Za-z]:\\){value}"
    return f"{option}{equals}{re.sub(place, '=...', rest)}"


def hidden(url: str) -> str:
    """Return the text with the password of a database URL in it replaced by `***`."""
    url = re.sub(r"(://[^:/?#]*:).*@", r"\1***@", url)
    return re.sub(r"(?i)([?&][^=&]*pass[^=&]*=)[^&]*", r"\1***", url)
