"""What there is to measure in a comparison: planted cases, parts of photos, defenses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from unmask.defenses import DEFENSES

from ..data.scene import Scene
from .cases import CASES
from .measured import Measured
from .parts import Part
from .plan import Plan
from .region import digest_of, region_of
from .where import Parts


class Job(NamedTuple):
    """What is to be measured: a defense, a planted case, or a part of undefended photos.

    Args:
        spec: of the defense; of a part, one whose region parts the photos.
        plan: attackers and what else is asked.
        case: name of the planted case, if it is one.
        part: which part, if it is one.
        mark: what sets its region apart from others.
    """

    spec: str
    plan: Plan
    case: str = ""
    part: Part | None = None
    mark: str = ""

    @property
    def label(self) -> str:
        """What it is called among the others."""
        if self.part:
            return f"{self.part} {self.mark}"
        return f"case {self.case}" if self.case else self.spec

    @property
    def shared(self) -> bool:
        """Whether all runs on the same photos ask the same, whatever their defenses."""
        return bool(self.case or self.part)


def jobs_of(scene: Scene, defenses: Sequence[str], plan: Plan) -> list[Job]:
    """Return all jobs of a comparison, each label once: what takes long stands first.

    The order, and so whose share a job is, depends on nothing but the photos and what was asked.
    """
    jobs = [Job(CASES[case].defense, plan, case) for case in CASES]
    jobs += _undefended(scene, defenses, plan)
    jobs += [Job(spec, plan) for spec in defenses]
    return jobs


def parts_of(spec: str, done: Mapping[str, Measured], scene: Scene) -> Parts | None:
    """Return what was measured on the parts of undefended photos; None if one is the photo."""
    mark = _mark(spec, scene)
    if not mark:
        return None
    return Parts(done[f"face {mark}"], done[f"context {mark}"])


def _undefended(scene: Scene, defenses: Sequence[str], plan: Plan) -> list[Job]:
    """Return both parts of undefended photos for each region, once where regions are the same."""
    found: dict[str, Job] = {}
    parts: tuple[Part, ...] = ("face", "context")
    for spec in defenses:
        if mark := _mark(spec, scene):
            for part in parts:
                job = Job(spec, plan, part=part, mark=mark)
                found.setdefault(job.label, job)
    return list(found.values())


def _mark(spec: str, scene: Scene) -> str:
    region = region_of(DEFENSES.build(spec))
    return digest_of(region, (*scene.gallery, *scene.probes)) if region else ""
