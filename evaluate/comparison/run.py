"""The main job: every defense against every attacker, written into one run folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from unmask.defenses import Defense
from unmask.progress import shown

from ..data.noting import check_enough
from ..data.scene import Progress, Scene
from ..report.faces import write_faces
from ..report.merged import write_merged
from ..report.page import write_report
from ..results.folder import SCRATCH, new_folder, open_folder, tell_taken, write_found
from ..results.records import Record
from ..results.share import Share
from .assemble import records_of
from .attributes import As, attribute_records
from .certificates import planted_records
from .config import describe
from .examples import Whose, example_faces
from .folds import Deal, Given, as_one, measured_round, members_of, scenes_of, with_prefix
from .found import Comparison
from .gathering import Engine
from .groups import Groups
from .guests import hosted
from .jobs import jobs_of
from .keeping import Keeping
from .measured import Measured
from .ordering import differences
from .plan import Plan, default_defenses
from .seeds import seed_folder, seed_records
from .shares import known_of, measure_share
from .surroundings import with_session_note
from .workers import measure_all

Engines = Literal["local", "ray"]


def compare(
    scene: Given | Deal = "orl",
    defenses: Sequence[str | Defense] | str | Defense = (),
    plan: Plan | None = None,
    *,
    folder: Path | str | None = None,
    folds: int = 0,
    seeds: int = 1,
    groups: Groups | None = None,
    attributes: Groups | None = None,
    attributes_as: As = "leak",
    workers: int = 1,
    resume: bool = False,
    few: bool = False,
    names: bool = False,
    faces: Whose = "public",
    max_leakage: float | None = None,
    engine: Engines = "local",
    address: str = "",
    parts: Sequence[Path | str] = (),
    progress: Progress | bool | None = True,
) -> Comparison:
    """Measure every defense with every attacker and write the run folder.

    The folder gets what the command line writes: `config.json`, `records.jsonl`,
    `summary.csv`, `frontier.png` and `report.html`. A defense that cannot learn from the
    background people, or breaks, is a row without a figure, and the rest goes on.

    Args:
        scene: from `prepare`, or folds from `prepare_folds`; a dataset or folder, as on the
            command line; or a function that makes any of these of a seed.
        defenses: specs, and objects of any class that derives from `Defense`, installed or not;
            one given twice is measured once. None: the default table.
        plan: attackers, metrics, recognizers, budget, seed; None: `Plan()`.
        folder: where to write; must be new or empty unless `resume`. None:
            `runs/<time>-compare`.
        folds: let people take turns in so many folds, so that everybody is attacked once; 0:
            half of them are attacked.
        seeds: compare with so many seeds, from that of the plan on, each another split: how far
            they lie apart stands beside the figures of the first. The folder of the run holds
            those of the others, `seed-1`, and `seeds.html` with all of them side by side.
        groups: attributes of people, from `read_groups`.
        attributes: what is to be guessed of photos, from `read_groups` too.
        attributes_as: `leak` or `use`, see `attribute_records`.
        workers: processes, 0 for one per core. The figures do not depend on it. A class that
            stands in the script or notebook itself is measured in this process.
        resume: take over what an interrupted run with the same settings left there.
        few: attack fewer than 12 people; their figures mislead.
        names: keep names of people and files in `config.json`; else they are counted.
        faces: whose face the page shows under each defense: `public` (an astronaut), `own`
            (three people of the run) or `none`.
        max_leakage: the limit that the page marks.
        engine: `local`, processes of this machine, or `ray`, a cluster; the figures are the same.
        address: of the Ray cluster; empty: that in `RAY_ADDRESS`, or one that is started here.
        parts: folders in which all parts of this run lie, from `compare_share`: what they have
            measured is taken instead of measuring it.
        progress: True: a bar where somebody watches; else what is called with what is being
            done, the number done and the number to do.

    Raises:
        ValueError: a bad spec, an object that is more than its parameters, two classes of one
            name, too few people, a folder that holds another run, or parts that are not all of
            this one.
        ChildProcessError: a worker died, for example because memory was short.
    """
    if seeds < 1:
        raise ValueError(f"a comparison has at least one seed, got {seeds}")
    if seeds > 1 and not (callable(scene) or isinstance(scene, Path | str)):
        raise ValueError(
            "several seeds need a dataset or folder, or a function that makes a scene of a seed; "
            "a scene has its people dealt out already"
        )
    with shown(progress) as told, hosted(defenses or default_defenses()) as specs:
        return _compare_seeds(
            partial(scenes_of, scene, folds, progress=told), seeds, list(dict.fromkeys(specs)),
            plan or Plan(), folder=Path(folder) if folder else new_folder("compare"),
            groups=groups, attributes=attributes, attributes_as=attributes_as,
            engine=_engine(engine, workers, address), parts=[Path(part) for part in parts],
            resume=resume, few=few, names=names, faces=faces, max_leakage=max_leakage,
            progress=told,
        )  # fmt: skip


def compare_share(
    share: Share,
    scene: Given | Deal = "orl",
    defenses: Sequence[str | Defense] | str | Defense = (),
    plan: Plan | None = None,
    *,
    folder: Path | str,
    workers: int = 1,
    resume: bool = False,
    few: bool = False,
    names: bool = False,
    engine: Engines = "local",
    address: str = "",
    asked: Sequence[str] = (),
    progress: Progress | bool | None = True,
) -> dict[str, Measured]:
    """Measure one part of a comparison; `compare` with `parts` puts them together.

    Args:
        share: which part.
        scene: from `prepare`; or a dataset or folder.
        defenses: those of the whole run, as in `compare`.
        plan: of the whole run.
        folder: of all parts; each makes one of its own in it.
        workers: processes, 0 for one per core.
        resume: go on with what an interrupted part left.
        few: attack fewer than 12 people; their figures mislead.
        names: keep names of people and files in `config.json`.
        engine: as in `compare`.
        address: as in `compare`.
        asked: words of the command line that all parts have in common.
        progress: as in `compare`.

    Returns:
        What was measured, by label; no figures yet, for these need all planted cases.

    Raises:
        ValueError: as in `compare`.
    """
    with shown(progress) as told, hosted(defenses or default_defenses()) as specs:
        known = list(dict.fromkeys(specs))
        plan, scratch = plan or Plan(), share.folder(Path(folder)) / SCRATCH
        given = scenes_of(scene, 0, plan.seed, scratch, progress=told)
        (one,), plan = _begun(given, plan, few=few, progress=told)
        return measure_share(
            jobs_of(one, known, plan), Keeping(one, Path(folder), resume=resume),
            describe(one, known, plan), share, _engine(engine, workers, address), asked=asked,
            names=names, progress=told,
        )  # fmt: skip


def _engine(engine: Engines, workers: int, address: str) -> Engine:
    if engine == "ray":
        from .on_ray import measure_on_ray

        return partial(measure_on_ray, workers=workers, address=address)
    return partial(measure_all, workers=workers)


def _compare_seeds(
    deal: Callable[[int, Path], Sequence[Scene]], seeds: int, defenses: list[str], plan: Plan, *,
    folder: Path, progress: Progress | None, **settings: Any,
) -> Comparison:  # fmt: skip
    """Compare once, or with several seeds and their spread beside the first."""
    first: Comparison | None = None
    found: dict[Path, Sequence[Record]] = {}
    for seed in range(plan.seed, plan.seed + seeds):
        told = with_prefix(progress, f"seed {seed}") if seeds > 1 else progress
        place = seed_folder(folder, seed, plan.seed)
        scenes, mine = deal(seed, place / SCRATCH), replace(plan, seed=seed)
        one = _compare(scenes, defenses, mine, folder=place, progress=told, **settings)
        first, found[place] = first or one, one.records
    assert first is not None
    if seeds == 1:
        return first
    records = (*first.records, *seed_records(list(found.values())))
    write_found(folder, records)
    write_report(folder)
    write_merged(list(found), folder / "seeds.html")
    return replace(first, records=records)


def _begun(
    scenes: Sequence[Scene], plan: Plan, *, few: bool, progress: Progress | None
) -> tuple[list[Scene], Plan]:
    """Return photos and plan as they are measured, after what is wrong with them is said."""
    plan.check()
    scenes = [with_session_note(scene) for scene in scenes]
    check_enough(as_one(scenes).people, few=few)
    return scenes, plan.with_models(progress)


def _compare(
    scenes: Sequence[Scene], defenses: list[str], plan: Plan, *, folder: Path,
    groups: Groups | None, attributes: Groups | None, attributes_as: As, engine: Engine,
    parts: Sequence[Path], resume: bool, few: bool, names: bool, faces: Whose,
    max_leakage: float | None, progress: Progress | None,
) -> Comparison:  # fmt: skip
    scenes, plan = _begun(scenes, plan, few=few, progress=progress)
    scene = as_one(scenes)
    if len(scenes) > 1 and (attributes or parts):
        what = "attributes are guessed" if attributes else "parts are merged"
        raise ValueError(f"{what} of one split; leave out folds")
    sets = members_of(groups, scenes) if groups else None
    config = describe(scene, defenses, plan)
    jobs = jobs_of(scene, defenses, plan) if parts else []
    keeping = Keeping(scene, folder, resume=resume)
    known = known_of(parts, jobs, keeping, config) if parts else {}
    open_folder(folder, {**config, "limit": max_leakage}, resume=resume, names=names)
    for job in jobs:
        keeping.keep(job, known[job.label])
    done, proof, where, taken = measured_round(
        scenes, defenses, plan, folder, resume=resume, engine=engine, progress=progress,
        known=known,
    )  # fmt: skip
    tell_taken(folder, taken)
    records = [
        record
        for spec in defenses
        for record in records_of(done[spec], proof, scene, plan, folder.name, sets, where[spec])
    ]
    worst = [r for r in records if r.name == "worst" and not r.group]
    records += differences([done[spec] for spec in defenses], proof, worst)
    records += planted_records(worst[0], proof)
    if attributes:
        records += attribute_records(
            worst, scene, plan, attributes, read_as=attributes_as, progress=progress
        )
    write_found(folder, records)
    write_faces(folder, example_faces(scenes[0], defenses, plan.seed, faces, progress))
    write_report(folder)
    return Comparison(tuple(records), scene, folder, done)
