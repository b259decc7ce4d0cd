"""Choose a setting and look at it on the test people, with another if it fails there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES

from ..comparison.content import content_of
from ..comparison.found import Comparison
from ..comparison.plan import Plan
from ..comparison.run import compare
from ..data.scene import Progress, Scene
from ..results.records import AND, Record, find, with_model
from ..results.summary import rows
from ..statistics import Estimate, constant_bound
from .choose import UnmetError, choose, nearest, next_stronger, spread
from .goal import Goal
from .looks import for_two_looks
from .points import ASKED, Point, asked_alone, beside, difference, leakage_of, point_of_row
from .result import Tuned

FRONT = 8  # points of a front that are checked on the test people


class Check:
    """The test people, and everything that is asked about them.

    Args:
        look: returns their photos.
        plan: attackers, metrics and recognizers.
        goal: what the settings are held against.
        folder: run folder of the search.
        opening: called when the test people are about to be looked at, with what they are.
        workers: processes.
        progress: called while it runs.
    """

    def __init__(
        self, look: Callable[[], Scene], plan: Plan, goal: Goal, folder: Path, *,
        opening: Callable[[str], None], workers: int, progress: Progress | None,
    ) -> None:  # fmt: skip
        self._look, self._plan, self._goal, self._folder = look, plan, goal, folder
        self._opening, self._workers, self._progress = opening, workers, progress
        self._scene: Scene | None = None
        self._runs: dict[str, Comparison] = {}

    @property
    def people(self) -> str:
        """What the test people are, by content: the same photos have the same text."""
        if self._scene is None:
            self._scene = self._look()
        return content_of(self._scene)

    def __call__(self, wanted: Sequence[Point], name: str) -> list[Point]:
        """Return the settings as they do on the test people; `name` is for the folder.

        The `reason` of each says why its leakage is only a lower bound, or none at all.
        """
        specs = [point.defense for point in wanted]
        if self._goal.as_good_as:
            specs += [beside(self._goal.as_good_as, spec) for spec in specs]
        place = _place(self._folder / name, specs)
        people = self.people
        assert self._scene is not None
        if not (place / "records.jsonl").exists():  # else they were seen already
            self._opening(people)
        if self._progress:
            self._progress("attacking", 0, len(specs))
        run = compare(
            self._scene, specs, self._plan, folder=place, workers=self._workers,
            resume=(place / "config.json").exists(), few=True, faces="none",
            progress=self._progress,
        )  # fmt: skip
        self._runs |= dict.fromkeys(specs, run)
        alone = asked_alone(self._plan.attackers)
        return [_tested(run.records, point, self._goal, alone=alone) for point in wanted]

    def twice(self, seen: Sequence[Point]) -> list[Point]:
        """Return settings that were tried one after the other with the ends for two looks."""
        return [self._twice(point) for point in seen]

    def _twice(self, point: Point) -> Point:
        run = self._runs[point.defense]
        mine = find(run.records, defense=point.defense, kind="leakage", statistic="rank1",
                    status="ok", group="")  # fmt: skip
        measured = run.measured[point.defense]
        if measured.broken:  # nothing holds anyway
            return point
        other = None
        if self._goal.as_good_as:
            other = run.measured[beside(self._goal.as_good_as, point.defense)]
        counting = {(r.name, r.recognizer) for r in mine}
        return for_two_looks(point, measured, counting, of=self._goal.of, other=other)


def checked(found: Tuned, on_test: Check) -> Tuned:
    """Choose, open the test set, and try the next stronger setting once if need be.

    A second setting is tried where the first one leaks too much, and not where its leakage is
    only a lower bound: then nothing is shown, and what is missing would be missing again.
    """
    points, goal = found.points, found.goal
    try:
        chosen, met = choose(points, goal), True
    except UnmetError:
        chosen, met = nearest(points, goal), False
    if not goal.limited:
        others = (p for p in spread(found.front, FRONT) if p.number != chosen.number)
        seen = on_test([chosen, *others], "test")
        return replace(found, chosen=chosen, check=seen[0], checked=tuple(seen),
                       optimism=difference(chosen.leakage, seen[0].leakage))  # fmt: skip
    seen = on_test([chosen], "test")
    first = None
    if met and not seen[0].reason and goal.violation(seen[0]) > 0:
        other = next_stronger(points, goal, chosen)
        if other:
            first, chosen = chosen, other
            seen = on_test.twice([*seen, *on_test([other], "test-second")])
    check = seen[-1]
    return replace(
        found,
        chosen=chosen if met else None,
        check=check,
        checked=tuple(seen),
        first=first,
        holds=met and not check.reason and goal.violation(check) <= 0,
        optimism=difference(chosen.leakage, check.leakage),
    )


def _tested(records: Sequence[Record], like: Point, goal: Goal, *, alone: bool) -> Point:
    """Return a setting as it did on the test people, with the leakages that the goal asks for.

    Args:
        records: of the comparison.
        like: the setting as the search saw it.
        goal: what it is held against.
        alone: whether only a model was asked for names.
    """
    row = next(row for row in rows(records) if row.defense == like.defense)
    mine = find(records, kind="leakage", defense=like.defense, group="")
    parts = {r.name: r for r in mine if r.name in ("face", "context")}
    leak = row.worst if goal.of == "photo" else parts.get(goal.of, row.worst)
    if alone and goal.of == "photo":
        leak = _named(mine, row.worst)
    if goal.of != "photo" and leak is row.worst:  # not measured at all
        leak = replace(leak, value=None)
    why = "" if leak.status == "ok" else leak.reason.replace(AND, "; ") or leak.status
    point = replace(point_of_row(row, like, leak), reason=why, beside={})
    if goal.of != "photo":
        others = {"photo": row.worst, "context": parts.get("context")}
        known = {name: leakage_of(r) for name, r in others.items() if r and r.value is not None}
        return replace(point, beside=known)
    if goal.as_good_as:
        other = beside(goal.as_good_as, like.defense)
        return replace(point, beside={"above": _above(records, like.defense, other)})
    return point


def _named(mine: Sequence[Record], worst: Record) -> Record:
    """Return the highest figure of a model that was asked for names, where nobody else attacked.

    A comparison gives no worst case then, for nobody who knows the defense was there. It is only
    a lower bound if undefended photos are named about as guessing names them, and if one of
    several models gave no answer: it may name more.
    """
    every = [r for r in mine if r.name.partition("/")[0] == ASKED]
    asked = [r for r in every if r.status == "ok" and r.statistic == "rank1"
             and r.value is not None]  # fmt: skip
    if not asked:
        return worst
    best = max(asked, key=lambda r: r.value or 0.0)
    best = replace(best, attack=best.name, ceiling=worst.ceiling)
    broken = {f"{with_model(r.name, r.recognizer)} did not count: {r.reason or r.status}": None
              for r in every if r.status != "ok"}  # fmt: skip
    doubts, most = [*broken], worst.ceiling or 0.0
    luck = constant_bound(np.arange(worst.people)) if worst.people > 1 else 0.0
    if most <= max(2 * (best.chance or 0.0), luck):
        doubts.append(f"the model names {most:.2f} of undefended photos, about as guessing does")
    return replace(best, status="at least", reason=AND.join(doubts)) if doubts else best


def _above(records: Sequence[Record], defense: str, other: str) -> Estimate:
    """Return how much more a defense leaks than another, as the run compared them."""
    if defense == other:
        return Estimate(0.0, 0.0, 0.0, 0)
    for sign, a, b in ((1, defense, other), (-1, other, defense)):
        for found in find(records, kind="difference", defense=a, name=b):
            if found.value is None or found.low is None or found.high is None:
                continue
            ends = sorted((sign * found.low, sign * found.high))
            high = ends[1] if found.status == "ok" else 1.0  # what is not seen may be more
            return Estimate(sign * found.value, ends[0], high, found.n)
    return Estimate(1.0, 1.0, 1.0, 0)


def _place(folder: Path, specs: Sequence[str]) -> Path:
    """Return the folder, or one beside it where it holds the check of other settings."""
    wanted = list(dict.fromkeys(DEFENSES.build(spec).spec for spec in specs))
    place, number = folder, 1
    while (config := place / "config.json").exists():
        if json.loads(config.read_text(encoding="utf-8")).get("defenses") == wanted:
            break
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place
