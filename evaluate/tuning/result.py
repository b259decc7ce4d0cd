"""What a search is told to do, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.frames import frame

from ..results.formats import html
from ..results.table import Column
from ..statistics import Estimate
from .goal import Goal
from .points import Point
from .spaces import Space
from .tables import front_table, point_lines

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class About:
    """What was searched: with the points, everything that the report is made from.

    Args:
        defense: spec.
        space: what was tuned.
        dataset: name and bounds of the data.
        background: number of people the attackers learn from.
        search: number of search people.
        test: number of test people.
        budget: of the attackers of the search.
        sampler: name.
        importance: how much each parameter matters for leakage, summing to 1.
    """

    defense: str
    space: Space
    dataset: str
    background: int
    search: int
    test: int
    budget: str
    sampler: str
    importance: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """How far a search is: for the live line.

    Args:
        defense: what is tuned.
        done: trials finished.
        trials: trials wanted.
        goal: what is asked.
        best: the point that would be chosen now, or the nearest where none holds the limit.
        holds: whether `best` holds the limit on the search people; None without a limit.
        left: seconds that the rest will take at this pace.
    """

    defense: str
    done: int
    trials: int
    goal: Goal
    best: Point | None
    holds: bool | None
    left: float


@dataclass(frozen=True, eq=False, repr=False)
class Tuned:
    """What `tune` found.

    Args:
        goal: what was asked.
        about: what was searched.
        points: all settings that were measured to the end, on the search people.
        front: the best of them, from little leakage to much.
        chosen: the recommended setting as the search saw it; None if none holds the limit.
        check: the same setting on the test people, by certified attackers; its `reason` says
            why the leakage is only a lower bound, or none.
        checked: all settings that were measured on the test people.
        first: the first choice, where it failed on the test people and `chosen` is the second;
            then the intervals of both are wider, see `for_two_looks`.
        holds: whether the limit holds on the test people; None where there was no limit or
            the test people were not looked at: then nothing says that the setting is safe.
        optimism: leakage in the search minus leakage in the test.
        opened: how often all studies in this storage have looked at these test people.
        notes: what the reader must know.
        folder: where everything was written.
        show_faces: the page shows defended faces of the search people.
    """

    goal: Goal
    about: About
    points: tuple[Point, ...]
    front: tuple[Point, ...]
    chosen: Point | None = None
    check: Point | None = None
    checked: tuple[Point, ...] = ()
    first: Point | None = None
    holds: bool | None = None
    optimism: Estimate | None = None
    opened: int = 0
    notes: tuple[str, ...] = ()
    folder: Path = Path()
    show_faces: bool = False

    def __repr__(self) -> str:
        """Return one line, however many settings there are."""
        chosen = self.chosen and self.chosen.defense
        return (
            f"Tuned({self.about.defense} on {self.about.dataset}: chosen={chosen}, "
            f"holds={self.holds}, {len(self.points)} settings, folder={str(self.folder)!r})"
        )

    def report(self) -> Path:
        """Return the path of the report."""
        return self.folder / "report.html"

    def to_dataframe(self) -> DataFrame:
        """Return a line per measured setting: those of the search, then those of the test.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = point_lines(self.points, "search") + point_lines(self.checked, "test")
        return frame(lines, str(self.folder / "trials.csv"))

    @property
    def columns(self) -> list[Column]:
        """The settings of the front, and the one that was checked, as a table."""
        seen = (*self.front, *filter(None, [self.seen]))
        test = (*self.checked, *filter(None, [self.check]))
        chosen = self.chosen.number if self.chosen else None
        return front_table(seen, test, chosen, self.goal.utility)

    def _repr_html_(self) -> str:
        if self.goal.limited:
            limit = f"{self.goal.limit} {'holds' if self.holds else 'does NOT hold'}"
            said = f"{self.chosen.defense if self.chosen else 'no setting'}: {limit} on the test"
            said += " people" if self.holds is not None else " people, who were not looked at"
        else:
            said = "no limit was asked for, so none of these settings is advised"
        doubt = self.check.reason if self.check else ""
        return html(self.columns, [said, doubt, *self.notes, f"written: {self.report()}"])

    @property
    def seen(self) -> Point | None:
        """What was checked, as the search saw it."""
        if self.chosen or not self.check:
            return self.chosen
        return next((p for p in self.points if p.number == self.check.number), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the result, ready for JSON; `holds` is null where no limit was asked."""
        return {
            "chosen": self.chosen and self.chosen.as_dict(),
            "test": self.check and self.check.as_dict(),
            "first_choice": self.first and self.first.as_dict(),
            "holds": self.holds,
            "optimism": self.optimism and list(self.optimism[:3]),
            "test_opened": self.opened,
            "front": [point.as_dict() for point in self.front],
            "notes": list(self.notes),
        }
