"""Measure planted cases, asking no more attackers than are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..data.scene import Scene
from .cases import CASES, Case, planted
from .measure import measure
from .measured import Measured
from .plan import Plan

SOLVED = 0.9  # at this rate nobody else needs to be asked


def measure_case(case: str, scene: Scene, plan: Plan) -> Measured:
    """Run the attackers of `plan` against a planted case, until somebody has solved it.

    What every attacker reaches is asked of undefended photos and of those without anything.

    Args:
        case: key of `CASES`.
        scene: the photos.
        plan: attackers, recognizers, seed.
    """
    kind = CASES[case]
    scene, proof = planted(scene, kind), replace(plan, metrics=())
    if kind.kind != "leak":
        return measure(kind.defense, scene, proof, draws=1, judged=False)
    parts: list[Measured] = []
    for spec in _ordered(plan.attackers, kind):
        one = replace(proof, attackers=(spec,))
        parts.append(measure(kind.defense, scene, one, draws=1, judged=False))
        if any(a.credits and a.credits["rank1"].mean() >= SOLVED for a in parts[-1].attacks):
            break
    attacks = tuple(attack for part in parts for attack in part.attacks)
    return replace(parts[0], attacks=attacks)


def _ordered(attackers: Sequence[str], case: Case) -> list[str]:
    """Put those first who are meant to solve a case."""
    place = {name: number for number, name in enumerate(case.first)}
    return sorted(attackers, key=lambda spec: place.get(spec.partition(":")[0], len(place)))
