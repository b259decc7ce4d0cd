"""A plain bar for whoever calls from Python: no package, no escape codes, one line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

Progress = Callable[[str, int, int], None]
_WIDE = 24  # signs of the bar
_ROOM = 78  # signs of a line
_OFTEN = 0.1  # seconds between two drawings


class Bar:
    """Shows what is being done on one line, which is written over and over.

    Args:
        stream: where to; a terminal or a notebook.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._label, self._drawn, self._begun = stream, "", 0.0, time.monotonic()

    def __call__(self, label: str, done: int, total: int) -> None:
        """Show `done` of `total`: `attacking: mask` goes on with the bar `attacking`."""
        name, now = label.partition(":")[0], time.monotonic()
        if name != self._label:
            self.close()
            self._label, self._begun = name, now
        elif done < total and now - self._drawn < _OFTEN:
            return
        self._drawn = now
        full = round(_WIDE * done / total) if total else _WIDE
        minutes, seconds = divmod(round(now - self._begun), 60)
        far = f" [{'=' * full}{' ' * (_WIDE - full)}] {done}/{total} {minutes}:{seconds:02d}"
        told = label[: _ROOM - len(far)] + far
        with suppress(OSError, ValueError):  # nobody reads any more; the work goes on
            self._stream.write("\r" + told.ljust(_ROOM))
            self._stream.flush()

    def close(self) -> None:
        """End the line, if there is one."""
        if self._label:
            with suppress(OSError, ValueError):
                self._stream.write("\n")
                self._stream.flush()
        self._label = ""


@contextmanager
def shown(progress: Progress | bool | None) -> Iterator[Progress | None]:
    """Yield what is to be told of progress: a bar, if that is wanted and somebody watches.

    Args:
        progress: True: a bar on standard error, in a terminal or notebook. False or None:
            nothing. Anything else is called itself.
    """
    if progress is not True:
        yield progress or None
        return
    stream = sys.stderr
    if stream is None or not (_is_terminal(stream) or _is_notebook(stream)):
        yield None
        return
    bar = Bar(stream)
    try:
        yield bar
    finally:
        bar.close()


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _is_notebook(stream: TextIO) -> bool:
    return type(stream).__module__.partition(".")[0] == "ipykernel"
