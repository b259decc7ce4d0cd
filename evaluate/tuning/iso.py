"""Every defense at the same leakage, so that what they cost can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.frames import frame

from ..results.formats import html
from ..results.table import Column
from .goal import Goal
from .points import told
from .result import Tuned
from .tables import ends, leaks, point_lines, use
from .words import holding

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Iso:
    """The iso-leakage table: each defense tuned under one cap.

    Args:
        goal: the cap and the utility.
        tuned: what came of each defense, by spec.
        failed: why others could not be tuned.
        folder: where it was written.
        opened: how often the test people have been looked at, for all defenses together.
    """

    goal: Goal
    tuned: dict[str, Tuned]
    failed: dict[str, str]
    folder: Path
    opened: int = 0

    def __repr__(self) -> str:
        """Return one line, however many defenses there are."""
        best = self.best and self.best.chosen and self.best.chosen.defense
        return (
            f"Iso({self.goal.limit}: best={best}, {len(self.tuned)} tuned, "
            f"{len(self.failed)} failed, folder={str(self.folder)!r})"
        )

    def report(self) -> Path:
        """Return the path of the report."""
        return self.folder / "report.html"

    def to_dataframe(self) -> DataFrame:
        """Return a line per defense: its chosen setting on the test people, and if it holds.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = [
            {"tuned": spec, "holds": found.holds} | (line or {"defense": spec})
            for spec, found in self.ranked
            for line in point_lines([found.check] if found.check else [], "test") or [{}]
        ]
        return frame(lines, str(self.folder / "iso.csv"))

    @property
    def columns(self) -> list[Column]:
        """Every defense at its chosen setting, as the test saw it, in a table."""
        metric = self.goal.utility
        found = [(spec, one, one.seen, one.check) for spec, one in self.ranked]
        return [
            Column("defense", [seen.defense if seen else spec for spec, _, seen, _ in found],
                   "name", key=True, least=18),
            Column("holds", [holding(one).removeprefix("!") for _, one, _, _ in found], "text"),
            Column("leakage", [leaks(check) for *_, check in found]),
            Column("95 %", [ends(check) for *_, check in found], "text"),
            Column(metric, [use(check, metric) for *_, check in found]),
            Column("worst attacker", [c.attacker if c else "" for *_, c in found], "name",
                   drop=1),
        ]  # fmt: skip

    def _repr_html_(self) -> str:
        broken = [f"! {spec} could not be tuned: {why}" for spec, why in self.failed.items()]
        return html(self.columns, [*broken, self.caption, *self.notes])

    @property
    def ranked(self) -> list[tuple[str, Tuned]]:
        """Specs with results: those that hold first, then by utility on the search people.

        By that on the test people, the first row would be the one with most luck there.
        """

        def rank(found: Tuned) -> tuple[bool, float]:
            gain = self.goal.gain(found.seen) if found.seen else float("-inf")
            return not found.holds, -gain

        return sorted(self.tuned.items(), key=lambda item: rank(item[1]))

    @property
    def best(self) -> Tuned | None:
        """The first that holds the limit on the test people, if any does."""
        return next((found for _, found in self.ranked if found.holds), None)

    @property
    def holds(self) -> bool:
        """Whether any defense holds the limit on the test people."""
        return self.best is not None

    @property
    def caption(self) -> str:
        """What must be known to read the table."""
        return (
            f"limit: {self.goal.limit}; figures with 95 % intervals, resampled by person. Sorted "
            f"by {self.goal.utility} on the search people among those that hold. Which hold was "
            f"seen in {self.opened} looks at the same test people, and each defense had its own "
            f"chance to hold by luck: measure the one you take again on other people"
        )

    @property
    def notes(self) -> list[str]:
        """What the reader must know: first what is so for some defenses, with their names."""
        told: dict[str, list[str]] = {}
        for spec, found in self.tuned.items():
            for note in found.notes:
                told.setdefault(note, []).append(spec)
        every = [note for note, specs in told.items() if len(specs) == len(self.tuned)]
        some = [f"{', '.join(specs)}: {note}" for note, specs in told.items() if note not in every]
        return some + every

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return head and rows, as `ranked`, then what failed."""
        metric = self.goal.utility
        head = ["defense", "holds", "leakage, test", f"{metric}, test", "leakage, search",
                "optimism", "worst attacker"]  # fmt: skip
        body = []
        for spec, found in self.ranked:
            check, seen = found.check, found.seen
            body.append(
                [seen.defense if seen else spec, holding(found),
                 told(check.leakage if check else None),
                 told(check.utilities.get(metric) if check else None),
                 told(seen.leakage if seen else None), told(found.optimism),
                 check.attacker if check else ""]
            )  # fmt: skip
        body += [[spec, "!failed", reason, "", "", "", ""] for spec, reason in self.failed.items()]
        return head, body

    def as_dict(self) -> dict[str, Any]:
        """Return the result, ready for JSON, the defenses as in `ranked`."""
        best = self.best
        return {
            "limit": self.goal.limit,
            "holds": self.holds,
            "test_opened": self.opened,
            "best": best and best.chosen and best.chosen.defense,
            "defenses": [
                {"defense": spec, "folder": str(found.folder), **found.as_dict()}
                for spec, found in self.ranked
            ],
            "failed": self.failed,
            "caption": self.caption,
        }
