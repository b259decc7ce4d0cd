"""Progress bars on standard error, so that standard output stays clean."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


class Bars:
    """Shows one bar per label; silent when `quiet` or when nobody watches.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        self._bars = Progress(
            *columns, TimeElapsedColumn(), console=console,
            disable=quiet or not console.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._bars.stop()

    def __call__(self, label: str, done: int, total: int) -> None:
        """Set a bar to `done` of `total`: `attacking: mask` is the bar `attacking`, at `mask`."""
        bar = label.partition(":")[0]
        if bar not in self._tasks:
            self._tasks[bar] = self._bars.add_task(label, total=total)
        self._bars.update(self._tasks[bar], description=label, completed=done, total=total)
