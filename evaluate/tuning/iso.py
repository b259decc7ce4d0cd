"""Every defense at the same leakage, so that what they cost can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unmask.defenses import DEFENSES

from ..comparison.plan import default_defenses
from .goal import Goal
from .points import told
from .result import Tuned
from .run import tune
from .words import holding


@dataclass(frozen=True, eq=False, repr=False)
class Iso:
    """The iso-leakage table: each defense tuned under one cap.

    Args:
        goal: the cap and the utility.
        tuned: what came of each defense, by spec.
        failed: why others could not be tuned.
        folder: where it was written.
    """

    goal: Goal
    tuned: dict[str, Tuned]
    failed: dict[str, str]
    folder: Path

    def __repr__(self) -> str:
        """Return one line, however many defenses there are."""
        best = self.best and self.best.chosen and self.best.chosen.defense
        return (
            f"Iso({self.goal.limit}: best={best}, {len(self.tuned)} tuned, "
            f"{len(self.failed)} failed, folder={str(self.folder)!r})"
        )

    @property
    def ranked(self) -> list[tuple[str, Tuned]]:
        """Specs with results: those that hold first, then by utility on the test people."""

        def rank(found: Tuned) -> tuple[bool, float]:
            gain = self.goal.gain(found.check) if found.check else float("-inf")
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
            f"by {self.goal.utility} on the test people among those that hold: the first row was "
            f"picked on them, so its figures are a little too good; measure it again on other "
            f"people before you rely on the difference"
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
            "best": best and best.chosen and best.chosen.defense,
            "defenses": [
                {"defense": spec, "folder": str(found.folder), **found.as_dict()}
                for spec, found in self.ranked
            ],
            "failed": self.failed,
            "caption": self.caption,
        }


def tune_all(
    data: str, *, goal: Goal, folder: Path, defenses: Sequence[str] = (), storage: str = "",
    study: str = "", resume: bool = False, say: Callable[[str], None] | None = None,
    **settings: Any,
) -> Iso:  # fmt: skip
    """Tune every defense under one limit and write one table, plot and report of them.

    A defense that cannot be tuned is listed with its reason and the rest goes on.

    Args:
        data: dataset spec or folder.
        goal: must have a limit.
        folder: each defense gets a folder of its own in it.
        defenses: specs; empty: all installed ones with something to tune, but diagnostic ones.
        storage: as in `tune`.
        study: prefix of the studies' names.
        resume: go on with the run in `folder`.
        say: told which defense begins.
        settings: the rest of what `tune` takes.

    Raises:
        ValueError: a goal without a limit, or a folder that holds something else.
    """
    from .iso_outputs import write_iso

    if not goal.limited:
        raise ValueError(
            "'tune all' compares at equal leakage: give --max-leakage, for example 0.1"
        )
    if folder.is_dir() and any(folder.iterdir()) and not resume:
        raise ValueError(f"{folder} is not empty; name another folder, or add --resume")
    names = list(defenses) or [n for n in default_defenses() if DEFENSES.load(n).space]
    done: dict[str, Tuned] = {}
    failed: dict[str, str] = {}
    for number, spec in enumerate(names, 1):
        if say:
            say(f"{spec} ({number} of {len(names)})")
        own = folder / f"{number:02d}-{spec.partition(':')[0]}"
        try:
            done[spec] = tune(
                spec, data, goal=goal, folder=own, storage=storage,
                study=f"{study or 'unmask'}-{number}-{spec}" if storage else "",
                resume=resume and (own / "config.json").exists(), **settings,
            )  # fmt: skip
        except (ValueError, RuntimeError, LookupError, ImportError) as error:
            failed[spec] = str(error)
    if not done:
        raise ValueError(next(iter(failed.values())))
    iso = Iso(goal, done, failed, folder)
    write_iso(iso)
    return iso
