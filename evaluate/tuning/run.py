"""Tune one defense: search, choose, check on the test people."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unmask.defenses import DEFENSES, Defense, format_spec, parse_parameters
from unmask.progress import shown
from unmask.threads import pin_threads

from ..comparison.config import made_with
from ..comparison.guests import hosted
from ..comparison.plan import Plan
from ..data.noting import check_enough
from ..data.scene import Progress, Scene, prepare
from ..results.folder import SCRATCH, new_folder, open_folder
from .caveats import check_people, check_region, notes_of, nothing_measured
from .check import Check, checked
from .choose import front
from .goal import Goal, asked
from .plans import both_plans
from .result import About, Status, Tuned
from .standing import standing

SHARES = (0.25, 0.35, 0.4)  # background, search, test
if TYPE_CHECKING:
    import optuna

    from .task import Task

Watch = Callable[[Status], None]


def tune(
    defense: str | Defense,
    data: Path | str = "orl",
    *,
    folder: Path | str | None = None,
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
    names: bool = False,
    search_only: bool = False,
    few: bool = False,
    sessions: Path | None = None,
    protocol: Path | None = None,
    show_faces: bool = False,
    progress: Progress | bool | None = True,
    watch: Watch | None = None,
) -> Tuned:
    """Search the parameters of a defense and check the chosen ones on other people.

    Args:
        defense: spec, or an object of any class that derives from `Defense`; parameters that a
            spec sets, and an object has beside its space, stay as they are.
        data: dataset spec or folder.
        folder: run folder, new or empty unless `resume`. None: `runs/<time>-tune`.
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
        names: keep names of people in `config.json`; else they are counted.
        search_only: take part in a shared study and leave choice and check to another.
        sessions: as in `prepare`.
        protocol: as in `prepare`; its search and test people are searched and checked on.
        show_faces: put defended faces of the search people into the report.
        few: check on fewer than 12 test people; their figures mislead.
        progress: True: a bar where somebody watches; else what is called while faces are looked
            for and while the check runs.
        watch: called after each trial; None: `progress` shows the trials, too.

    Raises:
        LookupError: no such defense, dataset or metric.
        ValueError: bad settings, too few people, a folder or storage with another run, or
            every trial failed.
    """
    with shown(progress) as bar, hosted([defense]):
        return _tune(
            base_of(defense), str(data), folder=Path(folder) if folder else new_folder("tune"),
            goal=goal or Goal(), trials=trials, sampler=sampler, space=space, search=search,
            test=test, shares=shares, people=people, drop_duplicates=drop_duplicates,
            storage=storage, study=study, jobs=jobs, workers=workers, cached=cached,
            resume=resume, search_only=search_only, few=few, sessions=sessions, protocol=protocol,
            show_faces=show_faces, names=names, progress=bar, watch=watch or _on(bar, trials),
        )  # fmt: skip


def base_of(given: str | Defense) -> str:
    """Return the spec that is tuned: of an object without what the search sets."""
    if isinstance(given, str):
        return given
    name, _, text = given.spec.partition(":")
    fixed = {k: v for k, v in parse_parameters(text).items() if k not in given.space}
    return format_spec(name, fixed)


def _on(bar: Progress | None, trials: int) -> Watch | None:
    if bar is None:
        return None
    return lambda status: bar(f"searching: {status.defense}", status.done, trials)


def _tune(
    defense: str, data: str, *, folder: Path, goal: Goal, trials: int, sampler: str, space: str,
    search: Plan | None, test: Plan | None, shares: tuple[float, float, float], people: int,
    drop_duplicates: bool, storage: str, study: str, jobs: int, workers: int, cached: bool,
    resume: bool, search_only: bool, few: bool, sessions: Path | None,
    protocol: Path | None, show_faces: bool, names: bool, progress: Progress | None,
    watch: Watch | None,
) -> Tuned:  # fmt: skip
    from .jobs import search_with
    from .outputs import write_outputs, write_table
    from .refused import check_values
    from .spaces import search_space
    from .storages import close
    from .study import open_study, take_over
    from .task import Task
    from .trials import (
        count_opening,
        failures,
        finished,
        openings,
        points_of,
        trial_rows,
    )

    pin_threads()
    if trials < 1:
        raise ValueError(f"--trials must be at least 1, got {trials}")
    tuned = DEFENSES.build(defense)
    wanted = search_space(defense, space)
    check_values(defense, wanted)
    check_region(goal, tuned, wanted)
    sampler = sampler or ("tpe" if goal.limited else "gp")
    search, test = both_plans(goal, search, test, progress)

    def look(part: str, progress: Progress | None) -> Scene:
        return prepare(
            data, seed=search.seed, part=part, people=people, shares=shares,
            drop_duplicates=drop_duplicates, sessions=sessions, protocol=protocol,
            progress=progress, scratch=folder / f"{SCRATCH}-{part}",
        )  # fmt: skip

    scene = look("search", progress)
    tuned.fit(scene.background)
    check_enough(len(scene.split.test), few=few)
    check_people(goal, len(scene.split.search), len(scene.split.test))
    task = Task(
        defense, wanted, goal, scene, search, folder, trials, sampler, storage,
        study or f"unmask-{tuned.name}", cached,
    )  # fmt: skip
    open_folder(folder, _config(task, test), resume=resume, names=names)
    opened = open_study(task)
    if resume and not storage:
        take_over(opened)
    start = time.perf_counter()
    search_with(task, jobs, lambda s: watch(standing(task.defense, s, goal, trials, start))
                if watch else None)  # fmt: skip
    points = points_of(opened)
    (folder / "pictures.sqlite").unlink(missing_ok=True)
    failed = failures(opened)
    if not points:
        write_table(folder / "trials.csv", trial_rows(opened))
        close(opened)
        raise ValueError(nothing_measured(failed, folder / "trials.csv"))
    notes = notes_of(scene, goal, search, test, failed, finished(opened))
    found = Tuned(goal, _about(task, opened), tuple(points), tuple(front(points, goal)),
                  notes=notes, folder=folder, show_faces=show_faces)  # fmt: skip
    if search_only:
        close(opened)
        return found

    def told(label: str, done: int, total: int) -> None:
        if progress:
            progress(f"checking on {len(scene.split.test)} test people: {label}", done, total)

    told("finding faces", 0, 1)
    on_test = Check(lambda: look("test", told), test, goal, folder, workers=workers, progress=told,
                    opening=lambda people: count_opening(opened, people))  # fmt: skip
    found = checked(found, on_test)
    found = replace(found, opened=openings(opened, on_test.people))
    write_table(folder / "trials.csv", trial_rows(opened))
    write_outputs(found)
    close(opened)
    return found


def _config(task: Task, test: Plan) -> dict[str, Any]:
    goal, scene = task.goal, task.scene
    return {
        "command": "tune", "defense": task.defense, "dataset": scene.dataset,
        "space": {name: repr(kind) for name, kind in task.space.items()},
        "goal": asked(goal), "sampler": task.sampler,
        "split_hash": scene.split.hash, "split": scene.split.as_dict(),
        "search": task.plan.as_dict(), "test": test.as_dict(), "notes": list(scene.notes),
        "details": list(scene.details),
        **made_with(scene, [task.defense], task.plan, test),
    }  # fmt: skip


def _about(task: Task, study: optuna.Study) -> About:
    from .trials import importances

    split = task.scene.split
    return About(task.defense, task.space, task.scene.dataset, len(split.background),
                 len(split.search), len(split.test), task.plan.budget, task.sampler,
                 importances(study, task.goal))  # fmt: skip
