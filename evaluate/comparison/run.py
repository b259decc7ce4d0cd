"""The main job: every defense against every attacker, written into one run folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from unmask.defenses import Defense
from unmask.progress import shown

from ..attackers.base import people_of
from ..data.scene import Progress, Scene, check_enough, prepare
from ..report.faces import write_faces
from ..report.page import write_report
from ..results.folder import SCRATCH, new_folder, open_folder, write_found
from .assemble import records_of
from .attributes import As, attribute_records
from .certificates import planted_records
from .config import describe
from .examples import Whose, example_faces
from .found import Comparison
from .gathering import Engine, measured_fully, proof_of
from .groups import Groups, members
from .guests import hosted
from .jobs import jobs_of, parts_of
from .keeping import Keeping
from .ordering import differences
from .plan import Plan, default_defenses
from .surroundings import same_session_note
from .workers import measure_all


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
            attributes=attributes, attributes_as=attributes_as,
            engine=partial(measure_all, workers=workers), resume=resume,
            few=few, names=names, faces=faces, max_leakage=max_leakage, progress=told,
        )  # fmt: skip


def _compare(
    scene: Scene | Path | str, defenses: list[str], plan: Plan, *, folder: Path,
    groups: Groups | None, attributes: Groups | None, attributes_as: As, engine: Engine,
    resume: bool, few: bool, names: bool, faces: Whose, max_leakage: float | None,
    progress: Progress | None,
) -> Comparison:  # fmt: skip
    plan.check()
    if not isinstance(scene, Scene):
        scene = prepare(str(scene), seed=plan.seed, progress=progress, scratch=folder / SCRATCH)
    check_enough(scene.people, few=few)
    noted = same_session_note(scene)
    scene = replace(scene, notes=(*scene.notes, noted)) if noted else scene
    sets = members(groups, people_of(scene.gallery)) if groups else None
    plan = plan.with_models(progress)
    config = {**describe(scene, defenses, plan), "limit": max_leakage}
    open_folder(folder, config, resume=resume, names=names)
    keeping = Keeping(scene, folder, resume=resume)
    done = measured_fully(jobs_of(scene, defenses, plan), keeping, engine, progress)
    proof = proof_of(done)
    records = [
        record
        for spec in defenses
        for record in records_of(
            done[spec], proof, scene, plan, folder.name, sets, parts_of(spec, done, scene)
        )
    ]
    worst = [r for r in records if r.name == "worst" and not r.group]
    records += differences([done[spec] for spec in defenses], proof, worst)
    records += planted_records(worst[0], proof)
    if attributes:
        records += attribute_records(
            worst, scene, plan, attributes, read_as=attributes_as, progress=progress
        )
    write_found(folder, records)
    write_faces(folder, example_faces(scene, defenses, plan.seed, faces, progress))
    write_report(folder)
    return Comparison(tuple(records), scene, folder)
