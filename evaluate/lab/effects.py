"""How much each stage's photos matter: main effects and interactions of the factorial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..statistics import Estimate, Floats, clustered_interval
from .cells import FACTORS, RANDOM
from .photos import CLEAN
from .results import Probed, Result


@dataclass(frozen=True)
class Effect:
    """What defending the photos of some stages changes in forced choice.

    Args:
        factors: the stages; one is a main effect, more an interaction.
        probe: the kind of photo asked about.
        defense: what the stages' photos were defended with.
        estimate: mean with defended photos less mean with clean ones, -1 to 1, interval
            over people; for interactions the same with products of signs.
    """

    factors: tuple[str, ...]
    probe: str
    defense: str
    estimate: Estimate


def pooled(results: Sequence[Result], kind: str) -> Estimate:
    """Return forced choice over photos of all given cells, interval over people."""
    probes = [result.probe(kind) for result in results]
    credits = np.concatenate([p.credits for p in probes])
    return clustered_interval(credits, np.concatenate([p.people for p in probes]))


def effects(results: Sequence[Result], defense: str, kind: str) -> list[Effect]:
    """Return all effects of one defense on one kind of probe.

    Contrasts are taken per photo within a seed, where all cells are asked about the same
    photos, so they are paired.

    Args:
        results: of all cells.
        defense: spec whose 2 x 2 x 2 (2 x 2 with a given tower) is analysed.
        kind: of the probe.

    Raises:
        ValueError: the factorial is not complete.
    """
    mine = [
        result
        for result in results
        if result.cell.captions == "named"
        and result.cell.tower != RANDOM
        and {result.cell.tower, result.cell.align, result.cell.tune} <= {CLEAN, defense, "given"}
    ]
    factors = [f for f in FACTORS if {getattr(r.cell, f) for r in mine} == {CLEAN, defense}]
    seeds = sorted({result.cell.seed for result in mine})
    if not factors or len(mine) != 2 ** len(factors) * len(seeds):
        raise ValueError(f"the factorial of {defense} is not complete: {len(mine)} cells")
    found = []
    for size in range(1, len(factors) + 1):
        for chosen in combinations(factors, size):
            values: list[Floats] = []
            people: list[Floats] = []
            for seed in seeds:
                cells = [result for result in mine if result.cell.seed == seed]
                probes: list[Probed] = [result.probe(kind) for result in cells]
                signs = [
                    np.prod([1 if getattr(r.cell, f) == defense else -1 for f in chosen])
                    for r in cells
                ]
                table = np.array([probe.credits for probe in probes])
                values.append(np.array(signs, float) @ table / (len(cells) / 2))
                people.append(np.array(probes[0].people, float))
            estimate = clustered_interval(
                np.concatenate(values), np.concatenate(people), bounds=(-1.0, 1.0)
            )
            found.append(Effect(chosen, kind, defense, estimate))
    return found
