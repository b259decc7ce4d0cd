"""Measure planted cases, asking no more attackers and face models than are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..attackers.base import first_of_each, people_of
from ..data.scene import Scene
from ..statistics import mean_of
from .cases import CASES, Case, planted
from .measure import measure
from .measured import Measured
from .plan import Plan
from .sparing import SINGLY, settled

SOLVED = 0.9  # at this rate nobody else needs to be asked
ASKED = 100  # people: of more, so many are asked about a leak
PROBES, KNOWN = 40, 3  # a first try gets so many probes, but one of each person, and known photos


def measure_case(case: str, scene: Scene, plan: Plan) -> Measured:
    """Run the attackers of `plan` against a planted case, until somebody has solved it.

    What every attacker reaches is asked of undefended photos and of those without anything.
    Of a leak it is asked whether anybody sees it: those who are meant to get a first try with
    the first face model alone and a share of the photos, and only if that fails all are asked
    with all of them. All people are known each time, so that nobody is named more easily; of
    many, some are asked about.

    Args:
        case: key of `CASES`.
        scene: the photos.
        plan: attackers, recognizers, seed.
    """
    kind = CASES[case]
    scene = planted(_fewer_asked(scene) if kind.kind == "leak" else scene, kind)
    proof = replace(plan, metrics=())
    if kind.kind == "ceiling" and not plan.everybody:
        return _ceiling(kind, scene, proof)
    if kind.kind != "leak":
        return measure(kind.defense, scene, proof, draws=1, judged=False)
    ordered = _ordered(plan.attackers, kind)
    meant = [spec for spec in ordered if spec.partition(":")[0] in kind.first]
    alone, some = replace(proof, recognizers=proof.face_models[:1]), _share(scene)
    if some.probes != scene.probes or alone.face_models != proof.face_models:
        found = _until_solved(kind, some, alone, meant)
        if found and _solved(found):
            return found
    measured = _until_solved(kind, scene, proof, ordered)
    assert measured is not None  # a plan has attackers
    return measured


def _ceiling(case: Case, scene: Scene, plan: Plan) -> Measured:
    """Ask everybody; once nothing is left to be found, with the first face model alone.

    The others could not raise any ceiling. If whoever left nothing turns out to cheat, all are
    asked with all face models after all, as those who were spared are.
    """
    full = tuple(spec for spec in plan.attackers if spec.partition(":")[0] not in SINGLY)
    rest = tuple(spec for spec in plan.attackers if spec not in full)
    parts: list[Measured] = []
    spared = False
    for some in (full, rest):
        if some:
            spared = bool(parts) and settled(parts[0].attacks) and len(plan.face_models) > 1
            models = plan.face_models[:1] if spared else plan.face_models
            asked = replace(plan, attackers=some, recognizers=models)
            parts.append(measure(case.defense, scene, asked, draws=1, judged=False))
    place = {spec.partition(":")[0]: number for number, spec in enumerate(plan.attackers)}
    attacks = [attack for part in parts for attack in part.attacks]
    attacks.sort(key=lambda one: place.get(one.attacker, len(place)))
    told = tuple(spec.partition(":")[0] for spec in rest) if spared else ()
    return replace(parts[0], attacks=tuple(attacks), spared=told)


def _share(scene: Scene) -> Scene:
    """Return the same people with fewer photos."""
    people = len({photo.identity for photo in scene.probes})
    return replace(
        scene,
        gallery=first_of_each(scene.gallery, KNOWN),
        probes=first_of_each(scene.probes, max(1, PROBES // people)),
    )


def _fewer_asked(scene: Scene) -> Scene:
    """Return the same people, of whom at most `ASKED`, evenly spread, are asked about."""
    people = people_of(scene.gallery)
    # the last one too: as many columns of scores are looked for as the last one's place tells
    places = np.linspace(0, len(people) - 1, min(ASKED, len(people))).round().astype(int)
    asked = {people[place] for place in places}
    return replace(scene, probes=tuple(p for p in scene.probes if p.identity in asked))


def _until_solved(
    case: Case, scene: Scene, plan: Plan, attackers: Sequence[str]
) -> Measured | None:
    """Ask one attacker after the other; return what all reached who were asked."""
    parts: list[Measured] = []
    for spec in attackers:
        one = replace(plan, attackers=(spec,))
        parts.append(measure(case.defense, scene, one, draws=1, judged=False))
        if _solved(parts[-1]):
            break
    attacks = tuple(attack for part in parts for attack in part.attacks)
    return replace(parts[0], attacks=attacks) if parts else None


def _solved(measured: Measured) -> bool:
    who = measured.people
    return any(a.credits and mean_of(a.credits["rank1"], who) >= SOLVED for a in measured.attacks)


def _ordered(attackers: Sequence[str], case: Case) -> list[str]:
    """Put those first who are meant to solve a case."""
    place = {name: number for number, name in enumerate(case.first)}
    return sorted(attackers, key=lambda spec: place.get(spec.partition(":")[0], len(place)))
