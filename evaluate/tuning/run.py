"""Tune one defense: search, choose, check on the test people."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES

from ..comparison import Comparison, compare, open_folder
from ..plan import BUDGETS, Plan, usual_metrics
from ..scene import Progress, Scene, prepare
from ..statistics import Estimate, clustered_interval
from ..summary import rows
from ..threads import one_thread
from .choose import UnmetError, choose, front, next_stronger, spread
from .goal import Goal
from .points import Point, difference, point_of_row

SHARES = (0.25, 0.35, 0.4)  # background, search, test
FRONT = 8  # points of a front that are checked on the test people
Watch = Callable[["Status"], None]


@dataclass(frozen=True)
class Status:
    """How far a search is: for the live line.

    Args:
        defense: what is tuned.
        done: trials finished.
        trials: trials wanted.
        best: the point that would be chosen now, if any holds.
        hypervolume: see `Goal.hypervolume`.
        left: seconds that the rest will take at this pace.
    """

    defense: str
    done: int
    trials: int
    best: Point | None
    hypervolume: float
    left: float


@dataclass(frozen=True, eq=False)
class Tuned:
    """What `tune` found.

    Args:
        goal: what was asked.
        points: all settings that were measured to the end, on the search people.
        front: the best of them, from little leakage to much.
        chosen: the recommended setting as the search saw it; None if none holds the limit.
        check: the same setting on the test people, by certified attackers.
        checked: all settings that were measured on the test people.
        first: the first choice, where it failed on the test people and `chosen` is the second.
        holds: whether the limit holds on the test people.
        optimism: leakage in the search minus leakage in the test.
        opened: how often this study has looked at the test people.
        notes: what the reader must know.
        folder: where everything was written.
    """

    goal: Goal
    points: tuple[Point, ...]
    front: tuple[Point, ...]
    chosen: Point | None
    check: Point | None
    checked: tuple[Point, ...]
    first: Point | None
    holds: bool
    optimism: Estimate | None
    opened: int
    notes: tuple[str, ...]
    folder: Path


def tune(
    defense: str,
    data: str = "orl",
    *,
    folder: Path,
    goal: Goal | None = None,
    trials: int = 30,
    sampler: str = "",
    space: str = "",
    search: Plan | None = None,
    test: Plan | None = None,
    shares: tuple[float, float, float] = SHARES,
    people: int = 0,
    drop_duplicates: bool = False,
    storage: str = "",
    study: str = "",
    jobs: int = 1,
    workers: int = 0,
    cached: bool = True,
    resume: bool = False,
    search_only: bool = False,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Tuned:
    """Search the parameters of a defense and check the chosen ones on other people.

    Args:
        defense: spec; parameters it sets stay as they are.
        data: dataset spec or folder.
        folder: run folder, new or empty unless `resume`.
        goal: what is wanted; None: the whole front of leakage against SSIM.
        trials: finished trials in all, earlier legs included.
        sampler: `tpe`, `gp`, `nsga2`, `random` or `grid`; empty: `tpe` under a limit and `gp`
            for a whole front, where each did best (benchmarks/results/samplers.md).
        space: other ranges than the defense's own, see `search_space`.
        search: plan of the search; its recognizers are the search recognizers.
        test: plan of the check.
        shares: of people in background, search and test.
        people: use at most so many, 0 for all.
        drop_duplicates: as in `prepare`.
        storage: Optuna storage URL or journal file; empty: a journal in the folder.
        study: name of the study; empty: made from the name of the defense.
        jobs: processes of the search. A trial's figures do not depend on it, but which
            settings are tried next does, because they look at what is finished.
        workers: processes of the check.
        cached: False: nothing is kept between trials.
        resume: go on with the run in `folder`.
        search_only: take part in a shared study and leave choice and check to another.
        progress: called while faces are looked for and while the check runs.
        watch: called after each trial.

    Raises:
        LookupError: no such defense, dataset or metric.
        ValueError: bad settings, too few people, or a folder or storage with another run.
    """
    from .jobs import search_with
    from .spaces import search_space
    from .study import Task, close, count_opening, failures, open_study, points_of, take_over

    one_thread()
    if trials < 1:
        raise ValueError(f"--trials must be at least 1, got {trials}")
    goal = goal or Goal()
    tuned = DEFENSES.build(defense)
    wanted = search_space(defense, space)
    sampler = sampler or ("tpe" if goal.limited else "gp")
    metrics = usual_metrics()
    search = search or Plan(BUDGETS["search"], metrics, budget="search")
    test = test or Plan(metrics=metrics, seed=search.seed)
    for plan in (search, test):
        plan.build_attackers()
        if goal.utility not in [m.name for m in plan.build_metrics()]:
            raise ValueError(f"the goal needs the metric {goal.utility}; add it to --metrics")

    def look(part: str) -> Scene:
        return prepare(
            data, seed=search.seed, part=part, people=people, shares=shares,
            drop_duplicates=drop_duplicates, progress=progress,
        )  # fmt: skip

    scene = look("search")
    tuned.fit(scene.background)
    _check_people(goal, len(scene.split.search), len(scene.split.test))
    task = Task(
        defense, wanted, goal, scene, search, folder, trials, sampler, storage,
        study or f"unmask-{tuned.name}", cached,
    )  # fmt: skip
    config = {
        "command": "tune", "defense": defense, "dataset": scene.dataset,
        "space": {name: repr(kind) for name, kind in wanted.items()},
        "goal": [goal.utility, goal.max_leakage, goal.min_utility], "sampler": sampler,
        "split_hash": scene.split.hash, "split": scene.split.as_dict(),
        "search": search.as_dict(), "test": test.as_dict(), "notes": list(scene.notes),
    }  # fmt: skip
    open_folder(folder, config, resume=resume)
    opened = open_study(task)
    if resume and not storage:
        take_over(opened)
    start = time.perf_counter()
    search_with(task, jobs, lambda s: watch(_status(task.defense, s, goal, trials, start))
                if watch else None)  # fmt: skip
    points = points_of(opened)
    (folder / "pictures.sqlite").unlink(missing_ok=True)
    notes = _notes(scene, goal, search, test, failures(opened))
    if search_only:
        close(opened)
        best = tuple(front(points, goal))
        return Tuned(goal, tuple(points), best, None, None, (), None, True, None, 0, notes, folder)
    found = _check(points, goal, look, test, folder, workers, progress)
    opening = count_opening(opened)
    result = replace(found, opened=opening, notes=notes)
    from .outputs import write_outputs

    write_outputs(result, opened, task)
    close(opened)
    return result


def _check(
    points: Sequence[Point], goal: Goal, look: Callable[[str], Scene], plan: Plan, folder: Path,
    workers: int, progress: Progress | None,
) -> Tuned:  # fmt: skip
    """Choose, open the test set, and try the next stronger setting once if need be."""
    best = tuple(front(points, goal))
    nothing = Tuned(goal, tuple(points), best, None, None, (), None, False, None, 0, (), folder)
    try:
        chosen = choose(points, goal)
    except UnmetError:
        if not points:
            raise
        chosen = min(points, key=lambda p: (goal.violation(p), p.leakage.value, goal.gain(p)))
        met = False
    else:
        met = True
    scene = look("test")

    def on_test(wanted: Sequence[Point], name: str) -> list[Point]:
        specs = [point.defense for point in wanted]
        kept = (folder / name / "config.json").exists()
        run: Comparison = compare(
            scene, specs, plan, folder=folder / name, workers=workers, resume=kept,
            progress=progress,
        )  # fmt: skip
        by_spec = {row.defense: row for row in rows(run.records)}
        return [point_of_row(by_spec[point.defense], point) for point in wanted]

    if not goal.limited:
        wanted = [chosen, *(p for p in spread(best, FRONT) if p.number != chosen.number)]
        checked = on_test(wanted, "test")
        gap = difference(chosen.leakage, checked[0].leakage)
        return replace(nothing, chosen=chosen, check=checked[0], checked=tuple(checked),
                       holds=True, optimism=gap)  # fmt: skip
    checked = on_test([chosen], "test")
    first, check = None, checked[0]
    if met and goal.violation(check) > 0:
        other = next_stronger(points, goal, chosen)
        if other:
            first, chosen = chosen, other
            check = on_test([other], "test-second")[0]
            checked.append(check)
    return replace(
        nothing,
        chosen=chosen if met else None,
        check=check,
        checked=tuple(checked),
        first=first,
        holds=met and goal.violation(check) <= 0,
        optimism=difference(chosen.leakage, check.leakage),
    )


def _check_people(goal: Goal, search: int, test: int) -> None:
    """Refuse a cap that guessing alone would break."""
    few = min(search, test)
    if goal.max_leakage is not None and 1 / few >= goal.max_leakage:
        needed = int(1 / goal.max_leakage) + 1 if goal.max_leakage else 0
        cure = f"at least {needed} people in each are needed" if needed else "no number is enough"
        raise ValueError(
            f"--max-leakage {goal.max_leakage:g} is not above chance: guessing names 1 in {few} "
            f"with {search} search and {test} test people; {cure}"
        )


def none_leaks(people: int) -> Estimate:
    """Return the leakage of a defense under which none of so many people is ever named."""
    return clustered_interval(np.zeros(people), np.arange(people))


def _notes(scene: Scene, goal: Goal, search: Plan, test: Plan, failed: int) -> tuple[str, ...]:
    notes = list(scene.notes)
    few = min(len(scene.split.search), len(scene.split.test))
    if goal.max_leakage is not None and (best := none_leaks(few).high) > goal.max_leakage:
        needed = next(n for n in count(few) if none_leaks(n).high <= goal.max_leakage)
        notes.append(
            f"{few} people cannot show a leakage of at most {goal.max_leakage:g}: even if nobody "
            f"is named, the interval ends at {best:.2f}; search and test need {needed} people each"
        )
    if set(search.recognizers) & set(test.recognizers):
        same = ", ".join(sorted(set(search.recognizers) & set(test.recognizers)))
        notes.append(
            f"search and test use the same face model ({same}): the check shows what other people "
            f"change, not what another recognizer sees; name one with --report-recognizers"
        )
    if failed:
        notes.append(f"{failed} trials failed; trials.csv lists them")
    return tuple(notes)


def _status(
    defense: str, points: tuple[int, Sequence[Point]], goal: Goal, trials: int, start: float
) -> Status:
    done, found = points
    try:
        best = choose(found, goal)
    except UnmetError:
        best = None
    pace = (time.perf_counter() - start) / max(done, 1)
    left = pace * max(trials - done, 0)
    return Status(defense, done, trials, best, goal.hypervolume(found), left)


def as_json(tuned: Tuned) -> str:
    """Return the result as JSON, for programs."""
    plain = {
        "chosen": tuned.chosen and tuned.chosen.as_dict(),
        "test": tuned.check and tuned.check.as_dict(),
        "first_choice": tuned.first and tuned.first.as_dict(),
        "holds": tuned.holds,
        "optimism": tuned.optimism and list(tuned.optimism[:3]),
        "test_opened": tuned.opened,
        "front": [point.as_dict() for point in tuned.front],
        "notes": list(tuned.notes),
    }
    return json.dumps(plain, indent=2)
