"""Every defense at the same leakage, so that what they cost can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .goal import Goal
from .points import told
from .result import Tuned
from .words import holding


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
