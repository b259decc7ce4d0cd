"""A data set of runs, to be looked at, asked and handed on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from unmask.frames import frame

from ..results.formats import html, text_of
from .entry import Entry
from .groups import Group, grouped, newest
from .read import read_all
from .tables import as_text, columns_of, heading_of, lines_of, said_below
from .words import title

if TYPE_CHECKING:
    from pandas import DataFrame

_MOST = 6  # defenses of a group in the short text


@dataclass(frozen=True, eq=False, repr=False)
class Collection:
    """Many runs of `compare`: tables in a notebook, a short text elsewhere.

    Going through it yields a `Group` for each set of runs whose figures may be compared; figures
    of different groups may not.

    Args:
        entries: all runs, the newest first.
        folder: where they lie.
        said: a line for each file that could not be read.
    """

    entries: tuple[Entry, ...]
    folder: Path
    said: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of comparable runs: by data, the newest first."""
        return tuple(grouped(self.entries))

    def only(self, dataset: str = "", *, latest: bool = False) -> Collection:
        """Return a part of it.

        Args:
            dataset: the name of the data, or how it begins: `lfw`; empty: all.
            latest: of each data set the newest group alone.

        Raises:
            LookupError: no such data.
        """
        kept = [entry for entry in self.entries if _is_of(entry.terms.dataset, dataset)]
        if not kept:
            known = ", ".join(sorted({entry.terms.dataset for entry in self.entries}))
            raise LookupError(f"no run on '{dataset}' in {self.folder}; there are {known}")
        if latest:
            kept = [entry for group in newest(grouped(kept)) for entry in group.entries]
            kept.sort(key=lambda entry: (entry.date, entry.run), reverse=True)
        return Collection(tuple(kept), self.folder, self.said)

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def to_dataframe(self) -> DataFrame:
        """Return a line per defense and group, with intervals and state.

        Only lines of the same `dataset` and `group` are comparable. Where `state` is `at
        least`, the figures are lower bounds and end at 1; what was not measured is NaN.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame(lines_of(self.groups), f"unmask report {self.folder} --format csv")

    def to_markdown(self) -> str:
        """Return a table of Markdown for each group."""
        return as_text(self.groups, "markdown")

    def to_latex(self) -> str:
        """Return a table for LaTeX with booktabs for each group."""
        return as_text(self.groups, "latex")

    def __repr__(self) -> str:
        """Return a short text: what leaks, group by group."""
        lines = [f"{len(self.entries)} runs in {len(self.groups)} groups, {self.folder}"]
        for group in self.groups:
            lines.append(f"{title(group)}, budget {group.terms.budget}:")
            lines += text_of(group.rows, _MOST)
        return "\n".join([*lines, *(f"! {line}" for line in self.said)])

    def _repr_html_(self) -> str:
        return "".join(
            html(columns_of(group), [heading_of(group, self.groups), *said_below(group)])
            for group in self.groups
        ) + html([], [f"! {line}" for line in self.said])


def read_collection(folder: Path) -> Collection:
    """Read a data set of runs.

    Raises:
        ValueError: no run can be read there.
    """
    found = read_all(folder)
    return Collection(found.entries, folder, found.said)


def _is_of(name: str, wanted: str) -> bool:
    return not wanted or name == wanted or name.startswith((f"{wanted},", f"{wanted}:"))
