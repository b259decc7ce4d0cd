"""The line on standard error that tells how far a search is."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ..tuning.result import Status

_EVERY = 10  # trials between two lines where nobody watches


class Live:
    """One line that is written over; where nobody watches, a plain line now and then.

    Args:
        quiet: say nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._watched = quiet, sys.stderr.isatty()
        self._open = False  # whether the cursor stands behind a line that is not ended
        self._last: object = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the line, whatever happened."""
        if self._open:
            sys.stderr.write("\n")
        self._open = False

    def watch(self, status: Status) -> None:
        """Show how far the trials are."""
        from ..tuning.words import progress_line

        if self._watched or (status.done and status.done % _EVERY == 0):
            self._show(progress_line(status), again=status.done)

    def progress(self, label: str, done: int, total: int) -> None:
        """Show how far some other work is; unwatched, only that it begins."""
        if self._watched or not done:
            self._show(f"{label} {done}/{total}" if done else label, again=label)

    def say(self, text: str) -> None:
        """Say something on a line of its own."""
        with self:  # the line of before ends
            pass
        self._last = text
        if not self._quiet:
            sys.stderr.write(f"{text}\n")

    def _show(self, text: str, *, again: object) -> None:
        if self._quiet:
            return
        if self._watched:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[2K{text[:width]}")
            self._open = True
        elif self._last != again:  # several processes report the same trial more than once
            sys.stderr.write(f"{text}\n")
        self._last = again
        sys.stderr.flush()
