"""Choose a setting and look at it on the test people, once more if it fails there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from unmask.defenses import DEFENSES

from ..comparison.plan import Plan
from ..comparison.run import compare
from ..data.scene import Progress, Scene
from ..results.summary import rows
from .choose import UnmetError, choose, nearest, next_stronger, spread
from .points import Point, difference, point_of_row
from .result import Tuned

FRONT = 8  # points of a front that are checked on the test people


class Check:
    """The test people, and everything that is asked about them.

    Args:
        look: returns their photos.
        plan: attackers, metrics and recognizers.
        folder: run folder of the search.
        opening: called when the test people are about to be looked at.
        workers: processes.
        progress: called while it runs.
    """

    def __init__(
        self, look: Callable[[], Scene], plan: Plan, folder: Path, *,
        opening: Callable[[], None], workers: int, progress: Progress | None,
    ) -> None:  # fmt: skip
        self._look, self._plan, self._folder = look, plan, folder
        self._opening, self._workers, self._progress = opening, workers, progress
        self._scene: Scene | None = None

    def __call__(self, wanted: Sequence[Point], name: str) -> list[Point]:
        """Return the settings as they do on the test people; `name` is for the folder."""
        specs = [point.defense for point in wanted]
        place = _place(self._folder / name, specs)
        if self._scene is None:
            self._scene = self._look()
        if not (place / "records.jsonl").exists():  # else they were seen already
            self._opening()
        if self._progress:
            self._progress("attacking", 0, len(specs))
        run = compare(
            self._scene, specs, self._plan, folder=place, workers=self._workers,
            resume=(place / "config.json").exists(), few=True, progress=self._progress,
        )  # fmt: skip
        by_spec = {row.defense: row for row in rows(run.records)}
        return [point_of_row(by_spec[point.defense], point) for point in wanted]


def checked(found: Tuned, on_test: Check) -> Tuned:
    """Choose, open the test set, and try the next stronger setting once if need be."""
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
    first, check = None, seen[0]
    if met and goal.violation(check) > 0:
        other = next_stronger(points, goal, chosen)
        if other:
            first, chosen = chosen, other
            check = on_test([other], "test-second")[0]
            seen.append(check)
    return replace(
        found,
        chosen=chosen if met else None,
        check=check,
        checked=tuple(seen),
        first=first,
        holds=met and goal.violation(check) <= 0,
        optimism=difference(chosen.leakage, check.leakage),
    )


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
