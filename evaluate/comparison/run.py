"""The main job: every defense against every attacker, written into one run folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from unmask.defenses import DEFENSES, Defense, default_cache
from unmask.defenses.files.atomic import write_text
from unmask.progress import shown

from ..attackers.base import people_of
from ..data.scene import Progress, Scene, check_enough, prepare
from ..report.faces import write_faces
from ..report.page import write_report
from ..results.folder import new_folder, open_folder
from ..results.records import write_records
from .assemble import records_of
from .attributes import As, attribute_records
from .cases import CASES
from .certificates import Proof, planted_records, prove
from .config import describe, measurement_key
from .examples import Whose, example_faces
from .found import Comparison
from .groups import Groups, members
from .guests import hosted
from .measured import Measured
from .ordering import differences
from .parts import Part
from .plan import Plan, default_defenses
from .region import digest_of, region_of
from .sparing import hasty
from .store import dump, restore, restore_file
from .surroundings import same_session_note
from .where import Parts
from .workers import Job, label_of, measure_all


def compare(
    scene: Scene | Path | str = "orl",
    defenses: Sequence[str | Defense] | str | Defense = (),
    plan: Plan | None = None,
    *,
    folder: Path | str | None = None,
    groups: Groups | None = None,
    attributes: Groups | None = None,
    attributes_as: As = "leak",
    workers: int = 1,
    resume: bool = False,
    few: bool = False,
    names: bool = False,
    faces: Whose = "public",
    max_leakage: float | None = None,
    progress: Progress | bool | None = True,
) -> Comparison:
    """Measure every defense with every attacker and write the run folder.

    The folder gets what the command line writes: `config.json`, `records.jsonl`,
    `summary.csv`, `frontier.png` and `report.html`. A defense that cannot learn from the
    background people, or breaks, is a row without a figure, and the rest goes on.

    Args:
        scene: from `prepare`; or a dataset or folder, as on the command line.
        defenses: specs, and objects of any class that derives from `Defense`, installed or not;
            one given twice is measured once. None: the default table.
        plan: attackers, metrics, recognizers, budget, seed; None: `Plan()`.
        folder: where to write; must be new or empty unless `resume`. None:
            `runs/<time>-compare`.
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
        progress: True: a bar where somebody watches; else what is called with what is being
            done, the number done and the number to do.

    Raises:
        ValueError: a bad spec, an object that is more than its parameters, two classes of one
            name, too few people, or a folder that holds another run.
        ChildProcessError: a worker died, for example because memory was short.
    """
    with shown(progress) as told, hosted(defenses or default_defenses()) as specs:
        return _compare(
            scene, list(dict.fromkeys(specs)), plan or Plan(),
            folder=Path(folder) if folder else new_folder("compare"), groups=groups,
            attributes=attributes, attributes_as=attributes_as, workers=workers, resume=resume,
            few=few, names=names, faces=faces, max_leakage=max_leakage, progress=told,
        )  # fmt: skip


def _compare(
    scene: Scene | Path | str, defenses: list[str], plan: Plan, *, folder: Path,
    groups: Groups | None, attributes: Groups | None, attributes_as: As, workers: int,
    resume: bool, few: bool, names: bool, faces: Whose, max_leakage: float | None,
    progress: Progress | None,
) -> Comparison:  # fmt: skip
    plan.check()
    if not isinstance(scene, Scene):
        scene = prepare(str(scene), seed=plan.seed, progress=progress)
    check_enough(scene.people, few=few)
    noted = same_session_note(scene)
    scene = replace(scene, notes=(*scene.notes, noted)) if noted else scene
    sets = members(groups, people_of(scene.gallery)) if groups else None
    plan = plan.with_models(progress)
    config = {**describe(scene, defenses, plan), "limit": max_leakage}
    open_folder(folder, config, resume=resume, names=names)
    done = _measure(scene, defenses, plan, folder, workers, resume, progress)
    proof = _proof(done)
    records = [
        record
        for spec in defenses
        for record in records_of(
            done[spec], proof, scene, plan, folder.name, sets, _parts(spec, done, scene)
        )
    ]
    worst = [r for r in records if r.name == "worst" and not r.group]
    records += differences([done[spec] for spec in defenses], proof, worst)
    records += planted_records(worst[0], proof)
    if attributes:
        records += attribute_records(
            worst, scene, plan, attributes, read_as=attributes_as, progress=progress
        )
    write_records(folder / "records.jsonl", records)
    write_faces(folder, example_faces(scene, defenses, plan.seed, faces, progress))
    write_report(folder)
    return Comparison(tuple(records), scene, folder)


def _measure(
    scene: Scene, defenses: Sequence[str], plan: Plan, folder: Path, workers: int, resume: bool,
    progress: Progress | None,
) -> dict[str, Measured]:  # fmt: skip
    """Measure planted cases and defenses, or take over what is known of them, by label."""
    done: dict[str, Measured] = {}
    jobs = [Job(CASES[case].defense, plan, case) for case in CASES]  # these and parts first
    jobs += _undefended(defenses, scene, plan)
    jobs += [Job(spec, plan) for spec in defenses]
    _work(jobs, done, scene, folder, workers, resume, progress)
    cheats = _proof(done).cheats
    doubted = {job.label: job for job in jobs if hasty(done[job.label], cheats)}
    if doubted:
        asked = replace(plan, everybody=True)
        again = [job._replace(plan=asked) for job in doubted.values()]
        _work(again, done, scene, folder, workers, False, progress)
    return done


def _proof(done: Mapping[str, Measured]) -> Proof:
    return prove({case: done[f"case {case}"] for case in CASES})


def _work(
    jobs: Sequence[Job], done: dict[str, Measured], scene: Scene, folder: Path, workers: int,
    resume: bool, progress: Progress | None,
) -> None:  # fmt: skip
    """Add to `done` what these jobs find, or found before."""
    todo: list[Job] = []
    for job in jobs:
        kept = _kept(folder, job.spec)
        if job.case or job.part:
            known = default_cache().get_many([_shared_key(scene, job)])
            if known:
                done[job.label] = restore(next(iter(known.values())).decode())
                continue
        elif resume and kept.exists():
            done[job.label] = restore_file(kept)
            continue
        todo.append(job)
    finished = 0

    def begin(number: int) -> None:
        if progress:
            job = todo[number]
            what = f"the {job.part} of clean photos alone" if job.part else job.label
            progress(f"attacking: {what}", finished, len(todo))

    workers = workers or os.cpu_count() or 1
    with closing(measure_all(todo, scene, workers=workers, begin=begin)) as results:
        for number, measured in results:
            job = todo[number]
            done[job.label] = measured
            if measured.broken:
                pass  # not kept: it is tried again when somebody has mended it
            elif job.case or job.part:
                key = _shared_key(scene, job)
                default_cache().put_many({key: dump(measured).encode()})
            else:
                write_text(_kept(folder, job.spec), dump(measured))
            finished += 1
            if progress:
                progress("attacking", finished, len(todo))


def _undefended(defenses: Sequence[str], scene: Scene, plan: Plan) -> list[Job]:
    """Return both parts of undefended photos for each region, once where regions are the same."""
    found: dict[str, Job] = {}
    parts: tuple[Part, ...] = ("face", "context")
    for spec in defenses:
        if mark := _mark(spec, scene):
            for part in parts:
                job = Job(spec, plan, part=part, mark=mark)
                found.setdefault(job.label, job)
    return list(found.values())


def _parts(spec: str, done: Mapping[str, Measured], scene: Scene) -> Parts | None:
    """Return what was measured on the parts of undefended photos; None if one is the photo."""
    mark = _mark(spec, scene)
    if not mark:
        return None
    return Parts(done[label_of("face", mark)], done[label_of("context", mark)])


def _mark(spec: str, scene: Scene) -> str:
    region = region_of(DEFENSES.build(spec))
    return digest_of(region, (*scene.gallery, *scene.probes)) if region else ""


def _shared_key(scene: Scene, job: Job) -> bytes:
    """Return the cache key of what all runs on the same photos share."""
    base = "none" if job.part else job.spec
    everybody = job.plan.everybody or job.part != "context"  # nobody is spared elsewhere
    key = measurement_key(scene, replace(job.plan, metrics=(), everybody=everybody), base)
    name = job.label if job.part else f"planted {job.case}"
    return hashlib.sha256(name.encode() + key).digest()


def _kept(folder: Path, spec: str) -> Path:
    mark = hashlib.sha256(spec.encode()).hexdigest()[:12]
    return folder / "measured" / f"{spec.partition(':')[0]}-{mark}.json"
