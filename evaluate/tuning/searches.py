"""One search after the other, of many defenses that are asked the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from .goal import Goal
from .result import Tuned
from .run import tune

Found = Tuned | str
"""What came of a search, or why nothing did."""


class Search(NamedTuple):
    """One search of several.

    Args:
        number: its place among them, from 1.
        spec: what is tuned.
    """

    number: int
    spec: str

    @property
    def folder(self) -> str:
        """The name of its folder in that of the run."""
        return f"{self.number:02d}-{self.spec.partition(':')[0]}"


@dataclass(frozen=True)
class Searches:
    """What all searches share.

    Args:
        data: dataset spec or folder.
        goal: what is wanted.
        folder: of the run.
        storage: as in `tune`.
        study: prefix of the studies' names.
        resume: go on with what lies in the folder.
        settings: the rest of what `tune` takes.
    """

    data: str
    goal: Goal
    folder: Path
    storage: str
    study: str
    resume: bool
    settings: dict[str, Any]

    def do(self, one: Search) -> Found:
        """Do one search."""
        own = self.folder / one.folder
        name = f"{self.study or 'unmask'}-{one.number}-{one.spec}" if self.storage else ""
        try:
            return tune(
                one.spec, self.data, goal=self.goal, folder=own, storage=self.storage, study=name,
                resume=self.resume and (own / "config.json").exists(), **self.settings,
            )  # fmt: skip
        except (ValueError, RuntimeError, LookupError, ImportError) as error:
            return str(error)


def searched(
    every: Searches, todo: Sequence[Search], *, begin: Callable[[Search], None]
) -> Iterator[tuple[str, Found]]:
    """Do searches one after the other; yield spec and result of each.

    Args:
        every: what they share.
        todo: which.
        begin: told each search that begins.
    """
    for one in todo:
        begin(one)
        yield one.spec, every.do(one)
