"""Measure planted cases, asking no more attackers and face models than are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..data.scene import Scene
from ..statistics import mean_of
from .cases import CASES, Case, planted
from .measure import measure
from .measured import Measured
from .plan import Plan

SOLVED = 0.9  # at this rate nobody else needs to be asked


def measure_case(case: str, scene: Scene, plan: Plan) -> Measured:
    """Run the attackers of `plan` against a planted case, until somebody has solved it.

    What every attacker reaches is asked of undefended photos and of those without anything.
    Of a leak it is asked whether anybody sees it: those who are meant to get a first try with
    the first face model alone, and only if that fails all are asked with all of them.

    Args:
        case: key of `CASES`.
        scene: the photos.
        plan: attackers, recognizers, seed.
    """
    kind = CASES[case]
    scene, proof = planted(scene, kind), replace(plan, metrics=())
    if kind.kind != "leak":
        return measure(kind.defense, scene, proof, draws=1, judged=False)
    ordered = _ordered(plan.attackers, kind)
    if len(proof.face_models) > 1:
        meant = [spec for spec in ordered if spec.partition(":")[0] in kind.first]
        alone = replace(proof, recognizers=proof.face_models[:1])
        found = _until_solved(kind, scene, alone, meant)
        if found and _solved(found):
            return found
    measured = _until_solved(kind, scene, proof, ordered)
    assert measured is not None  # a plan has attackers
    return measured


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
