"""Tune one defense: search, choose, check on the test people."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np

from unmask.defenses import DEFENSES

from ..comparison import open_folder
from ..plan import BUDGETS, Plan, usual_metrics
from ..scene import Progress, Scene, prepare
from ..statistics import Estimate, clustered_interval
from ..threads import one_thread
from .check import Check, checked
from .choose import UnmetError, choose, front, nearest
from .goal import Goal
from .points import Point
from .result import About, Status, Tuned

SHARES = (0.25, 0.35, 0.4)  # background, search, test
Watch = Callable[[Status], None]


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
    workers: int = 1,
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
        workers: processes of the check, 0 for one per core.
        cached: False: nothing is kept between trials.
        resume: go on with the run in `folder`.
        search_only: take part in a shared study and leave choice and check to another.
        progress: called while faces are looked for and while the check runs.
        watch: called after each trial.

    Raises:
        LookupError: no such defense, dataset or metric.
        ValueError: bad settings, too few people, a folder or storage with another run, or
            every trial failed.
    """
    from .jobs import search_with
    from .outputs import write_outputs, write_table
    from .refused import check_values
    from .spaces import search_space
    from .study import (
        Task,
        close,
        count_opening,
        failures,
        finished,
        importances,
        open_study,
        openings,
        points_of,
        take_over,
        trial_rows,
    )

    one_thread()
    if trials < 1:
        raise ValueError(f"--trials must be at least 1, got {trials}")
    goal = goal or Goal()
    tuned = DEFENSES.build(defense)
    wanted = search_space(defense, space)
    check_values(defense, wanted)
    sampler = sampler or ("tpe" if goal.limited else "gp")
    metrics = usual_metrics()
    search = search or Plan(BUDGETS["search"], metrics, budget="search")
    test = test or Plan(metrics=metrics, seed=search.seed)
    for plan in (search, test):
        plan.build_attackers()
        if goal.utility not in [m.name for m in plan.build_metrics()]:
            raise ValueError(f"the goal needs the metric {goal.utility}; add it to --metrics")

    def look(part: str, progress: Progress | None) -> Scene:
        return prepare(
            data, seed=search.seed, part=part, people=people, shares=shares,
            drop_duplicates=drop_duplicates, progress=progress,
        )  # fmt: skip

    scene = look("search", progress)
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
    failed = failures(opened)
    if not points:
        write_table(folder / "trials.csv", trial_rows(opened))
        close(opened)
        raise ValueError(_nothing(failed, folder / "trials.csv"))
    split = scene.split
    found = Tuned(
        goal,
        About(defense, wanted, scene.dataset, len(split.background), len(split.search),
              len(split.test), search.budget, sampler, importances(opened, goal)),
        tuple(points),
        tuple(front(points, goal)),
        notes=_notes(scene, goal, search, test, failed, finished(opened)),
        folder=folder,
    )  # fmt: skip
    if search_only:
        close(opened)
        return found

    def told(label: str, done: int, total: int) -> None:
        if progress:
            progress(f"checking on {len(split.test)} test people: {label}", done, total)

    told("finding faces", 0, 1)
    on_test = Check(lambda: look("test", told), test, folder, workers=workers, progress=told,
                    opening=lambda: count_opening(opened))  # fmt: skip
    found = replace(checked(found, on_test), opened=openings(opened))
    write_table(folder / "trials.csv", trial_rows(opened))
    write_outputs(found)
    close(opened)
    return found


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


def _nothing(failed: Sequence[str], table: Path) -> str:
    if not failed:
        return f"no trial was measured to the end; {table} lists them"
    return f"all trials failed, {len(failed)} of them; the first: {failed[0]}; {table} lists them"


def _notes(
    scene: Scene, goal: Goal, search: Plan, test: Plan, failed: Sequence[str], done: int
) -> tuple[str, ...]:
    notes = list(scene.notes)
    if failed:
        most = "most trials failed: " if len(failed) > done else ""
        notes.insert(
            0,
            f"{most}{len(failed)} of {len(failed) + done} trials failed; the first: {failed[0]}; "
            f"trials.csv lists them",
        )
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
    return tuple(notes)


def _status(
    defense: str, seen: tuple[int, Sequence[Point]], goal: Goal, trials: int, start: float
) -> Status:
    done, points = seen
    best, holds = None, None
    if points:
        try:
            best, holds = choose(points, goal), True if goal.limited else None
        except UnmetError:
            best, holds = nearest(points, goal), False
    pace = (time.perf_counter() - start) / max(done, 1)
    return Status(defense, done, trials, goal, best, holds, pace * max(trials - done, 0))
