"""People take turns: a comparison is measured once for each fold, and assembled once.

Each fold is a whole protocol: other people are attacked, all who are not are background, planted
cases are measured anew, and no attacker learns from anybody whom it is asked about in that fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..attackers.base import people_of
from ..data.scene import Progress, Scene, prepare, prepare_folds
from ..data.split import Split
from .certificates import Proof, best_of
from .gathering import Engine, measured_fully, proof_of
from .groups import Groups, members
from .jobs import jobs_of, parts_of
from .keeping import Keeping
from .measured import Measured
from .plan import Plan
from .pooled import pooled
from .where import Parts, with_context

Given = Scene | Sequence[Scene] | Path | str
Deal = Callable[[int], Given]


class Round(NamedTuple):
    """What was measured on one scene, or on all folds together.

    Args:
        done: by spec of the defense.
        proof: what planted cases prove.
        parts: of undefended photos, by spec; None where the region is the photo.
        taken: specs of defenses that were known before, in some fold.
    """

    done: Mapping[str, Measured]
    proof: Proof
    parts: Mapping[str, Parts | None]
    taken: Sequence[str] = ()


def scenes_of(
    data: Given | Deal, folds: int, seed: int, scratch: Path, *, progress: Progress | None = None
) -> Sequence[Scene]:
    """Return one scene, or that of each fold.

    Args:
        data: scenes, a dataset or folder, or what makes one of a seed.
        folds: in how many people take turns, 0 for none; what scenes say already.
        seed: decides who is who.
        scratch: folder for pixels, see `prepare`.
        progress: told while photos are looked at.

    Raises:
        ValueError: folds or another seed are asked of a scene, which has its people dealt out
            already; or the data are no good.
    """
    given = data(seed) if callable(data) else data
    if isinstance(given, Path | str):
        if folds:
            return prepare_folds(
                str(given), folds=folds, seed=seed, progress=progress, scratch=scratch
            )
        return [prepare(str(given), seed=seed, progress=progress, scratch=scratch)]
    if folds:
        raise ValueError(
            "folds need a dataset or folder, or scenes from prepare_folds; a scene has its people "
            "dealt out already"
        )
    return [given] if isinstance(given, Scene) else list(given)


def measured_round(
    scenes: Sequence[Scene], defenses: Sequence[str], plan: Plan, folder: Path, *,
    resume: bool, engine: Engine, progress: Progress | None,
    known: Mapping[str, Measured] | None = None,
) -> Round:  # fmt: skip
    """Measure everything on every scene.

    Args:
        scenes: one, or a fold each.
        defenses: specs.
        plan: who attacks.
        folder: of the run; each fold has a folder of its own in it, `fold-1`.
        resume: take over what lies there.
        engine: what measures.
        progress: told the fold, too.
        known: of one scene alone, what others have measured of it.
    """
    rounds: list[Round] = []
    for number, scene in enumerate(scenes, 1):
        place = folder / f"fold-{number}" if len(scenes) > 1 else folder
        keeping = Keeping(scene, place, resume=resume)
        prefix = f"fold {number} of {len(scenes)}"
        told = with_prefix(progress, prefix) if len(scenes) > 1 else progress
        done = measured_fully(jobs_of(scene, defenses, plan), keeping, engine, told, known)
        parts = {spec: parts_of(spec, done, scene) for spec in defenses}
        measured = {spec: with_context(done[spec], parts[spec]) for spec in defenses}
        rounds.append(Round(measured, proof_of(done), parts, keeping.memory.taken))
    return rounds[0] if len(rounds) == 1 else pooled_rounds(rounds)


def pooled_rounds(rounds: Sequence[Round]) -> Round:
    """Return several folds as one; what one of them proves of an attack holds for all."""
    first = rounds[0]
    proofs = [one.proof for one in rounds]
    cases = {
        name: pooled([p.cases[name] for p in proofs], stopped=True) for name in proofs[0].cases
    }
    cheats = {
        key: f"fold {number}: {why}"
        for number, proof in reversed([*enumerate(proofs, 1)])
        for key, why in proof.cheats.items()
    }
    doubts = tuple(
        f"fold {number}: {doubt}"
        for number, proof in enumerate(proofs, 1)
        for doubt in proof.doubts
    )
    proof = Proof(cases, best_of(cases["undefended"], cheats), cheats, doubts)
    return Round(
        {spec: pooled([one.done[spec] for one in rounds]) for spec in first.done},
        proof,
        {spec: _parts([one.parts[spec] for one in rounds]) for spec in first.parts},
        list(dict.fromkeys(spec for one in rounds for spec in one.taken)),
    )


def as_one(scenes: Sequence[Scene]) -> Scene:
    """Return the scene that a run is said to be of; of folds their sum.

    Background is who is never attacked: else a run would be gone on with though they changed.
    """
    first = scenes[0]
    if len(scenes) == 1:
        return first
    splits = tuple(scene.split for scene in scenes)
    tested = {name for split in splits for name in split.test}
    over = len({name for split in splits for name in split.background} - tested)
    turns = (
        f"people take turns in {len(scenes)} folds: in each, {first.people} are to be told from "
        f"each other and all others are background; figures are over all {len(tested)}"
    )
    if over:
        turns += f", and {over} more are background in every fold"
    never = {
        photo.key: photo
        for scene in scenes
        for photo in scene.background
        if photo.identity not in tested
    }
    notes = dict.fromkeys(note for scene in scenes for note in scene.notes)
    return replace(
        first,
        dataset=f"{first.dataset},folds={len(scenes)}",
        split=Split(
            (), (), tuple(sorted(tested)),
            frozenset().union(*(split.gallery for split in splits)),
            frozenset().union(*(split.probe for split in splits)),
            first.split.left_out, first.split.seed, folds=splits,
        ),
        gallery=tuple(photo for scene in scenes for photo in scene.gallery),
        probes=tuple(photo for scene in scenes for photo in scene.probes),
        background=tuple(never[key] for key in sorted(never)),
        notes=(turns, *notes),
    )  # fmt: skip


def members_of(groups: Groups, scenes: Sequence[Scene]) -> dict[str, NDArray[np.int64]]:
    """Return the people of each group, by their position among those of all folds."""
    return members(groups, [name for scene in scenes for name in people_of(scene.gallery)])


def _parts(several: Sequence[Parts | None]) -> Parts | None:
    known = [one for one in several if one is not None]
    if len(known) < len(several):
        return None
    faces = pooled([one.face for one in known], stopped=True)
    return Parts(faces, pooled([one.context for one in known]))


def with_prefix(progress: Progress | None, prefix: str) -> Progress | None:
    """Return a progress whose labels say what they are of."""
    if progress is None:
        return None
    return lambda what, done, of: progress(f"{prefix}, {what}", done, of)
