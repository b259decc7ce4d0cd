"""Choose a setting and look at it on the test people, with another if it fails there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from unmask.defenses import DEFENSES

from ..comparison.content import content_of
from ..comparison.plan import Plan
from ..comparison.run import Comparison, compare
from ..comparison.store import restore_file
from ..data.scene import Progress, Scene
from ..results.records import AND, find
from ..results.summary import Row, rows
from .choose import UnmetError, choose, nearest, next_stronger, spread
from .looks import for_two_looks
from .points import Point, difference, point_of_row
from .result import Tuned

FRONT = 8  # points of a front that are checked on the test people


class Check:
    """The test people, and everything that is asked about them.

    Args:
        look: returns their photos.
        plan: attackers, metrics and recognizers.
        folder: run folder of the search.
        opening: called when the test people are about to be looked at, with what they are.
        workers: processes.
        progress: called while it runs.
    """

    def __init__(
        self, look: Callable[[], Scene], plan: Plan, folder: Path, *,
        opening: Callable[[str], None], workers: int, progress: Progress | None,
    ) -> None:  # fmt: skip
        self._look, self._plan, self._folder = look, plan, folder
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
        place = _place(self._folder / name, specs)
        people = self.people
        assert self._scene is not None
        if not (place / "records.jsonl").exists():  # else they were seen already
            self._opening(people)
        if self._progress:
            self._progress("attacking", 0, len(specs))
        run = compare(
            self._scene, specs, self._plan, folder=place, workers=self._workers,
            resume=(place / "config.json").exists(), few=True, progress=self._progress,
        )  # fmt: skip
        by_spec = {row.defense: row for row in rows(run.records)}
        self._runs |= dict.fromkeys(specs, run)
        return [_tested(by_spec[point.defense], point) for point in wanted]

    def twice(self, seen: Sequence[Point]) -> list[Point]:
        """Return settings that were tried one after the other with the ends for two looks."""
        return [self._twice(point) for point in seen]

    def _twice(self, point: Point) -> Point:
        run = self._runs[point.defense]
        mine = find(run.records, defense=point.defense, kind="leakage", statistic="rank1",
                    status="ok", group="")  # fmt: skip
        stored = map(restore_file, sorted((run.folder / "measured").glob("*.json")))
        measured = next((one for one in stored if one.defense == point.defense), None)
        if measured is None:  # something broke, so that it is not kept, and nothing holds anyway
            return point
        return for_two_looks(point, measured, {(r.name, r.recognizer) for r in mine})


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


def _tested(row: Row, like: Point) -> Point:
    why = "" if row.state == "ok" else row.worst.reason.replace(AND, "; ") or row.state
    return replace(point_of_row(row, like), reason=why)


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
